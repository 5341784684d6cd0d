// Knobs of the process that Node does not offer: clocks, parent-death signal, scheduler, memory locks, file
// locks. Each function answers 0 or more, or a negative errno.
#pragma once

#include <napi.h>

void DefineProcessKnobs(Napi::Env env, Napi::Object exports);

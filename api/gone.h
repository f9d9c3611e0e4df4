// What is answered where something was and has been erased: 410 with the tombstone that covers it,
// and where the proof of that tombstone is. Any thread.
#pragma once

#include "api/http_server/message.h"
#include "ledger/chain/error.h"
#include "ledger/chain/types.h"
#include "ledger/store/store.h"

namespace alpr::api {

// problem(error), and for kGone the tombstone of `event` with the path of its proof. None of it
// says more about the event than its header does, which every auditor has.
Response event_problem(const store::Store& store, Sequence event, const Error& error);

}  // namespace alpr::api

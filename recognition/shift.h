// A vehicle's shift: its copy of the lists on disk, from `shift start` to `shift end` (I12-A-3).
//
//   QUEUE/shift/list   the server's answer, as it came: sealed (recognition/upload/shift_answer.h)
//   QUEUE/shift/key    the 32 bytes that open it, made for this shift alone
//
// The key is written last and removed first, so a list that lies there without one is never opened,
// whatever crashed. Call only while the queue's lock is held. One thread.
#pragma once

#include <functional>
#include <optional>

#include "recognition/credentials.h"
#include "recognition/upload/shift_answer.h"
#include "recognition/upload_client.h"

namespace alpr::recognition {

// Posts the request's JSON and gives the answer.
using PostRequest = std::function<Result<ServerAnswer>(std::string_view json)>;

// Ends the shift before, asks, checks and keeps what came. kMalformed without the log's key in the
// credentials; kRefused with the server's reason; else as of open_shift_answer() and write.
Result<TakenLists> start_shift(const Credentials& device, TimeUs now, const PostRequest& post);

// nullopt: no shift. A copy that is past its time is removed, and kGone says so; kClock: the clock
// says that the shift has not begun.
Result<std::optional<TakenLists>> load_shift(const Credentials& device, TimeUs now);

// Removes key and list; false when there was no shift.
Result<bool> end_shift(const Credentials& device);

}  // namespace alpr::recognition

// `plateledger-reader send`: reads photos and videos, queues what was read as signed batches, sends
// the queue.
#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "ledger/chain/error.h"
#include "recognition/credentials.h"
#include "recognition/local_alert.h"
#include "recognition/queue.h"
#include "recognition/read.h"
#include "recognition/read_command.h"
#include "recognition/upload/upload_format.h"
#include "recognition/upload_client.h"

namespace alpr::recognition {

struct SendRequest {
  std::string server;
  std::filesystem::path credentials;
  std::vector<std::filesystem::path>
      paths;  // photos, folders of photos (.jpg .jpeg .png, not deeper), videos
  OutputForm form = OutputForm::kText;
  // Of every photo, and when each video began. Without it a photo is of its file's modification
  // time, and a video ended then.
  std::optional<TimeUs> captured_at;
  std::int64_t confidence_min_ppm = 0;  // reads below it are not sent
  int retry_seconds = 8;                // how long to try a server that is away, or busy
};

// What a vehicle's reads are compared with, and who is told.
struct LocalMatching {
  const TakenLists& copy;
  TimeUs now;
  std::function<void(const LocalAlert&)> alert;
};

// Signs what was read in one photo as one batch and queues it. Nothing and no batch number when
// `plates` is empty. An alert is told only when the batch that records it is synced (record before
// reveal); none where that failed.
Result<std::optional<std::uint64_t>> enqueue_photo(UploadQueue& queue, const Credentials& device,
                                                   BytesView photo, TimeUs captured_at,
                                                   const std::vector<PlateCandidate>& plates,
                                                   const LocalMatching* matching = nullptr);

// Signs the reads as one batch and queues it; `images` holds, in order, the picture of each read
// whose image_bytes is not 0. Returns the batch's number. kMalformed for a read that the format
// refuses: then no number is used up.
Result<std::uint64_t> enqueue_reads(UploadQueue& queue, const Credentials& device,
                                    std::vector<ReadFacts> reads,
                                    const std::vector<BytesView>& images,
                                    const LocalMatching* matching = nullptr);

struct FlushCounts {
  std::size_t sent = 0;     // answered 200, 201 or 410: the server has, or had, the batch
  std::size_t refused = 0;  // set aside with the server's reason
  std::size_t pending = 0;  // kept for the next run
};
struct FlushEvent {
  std::uint64_t batch = 0;
  ServerAnswer answer;
};
struct FlushPlan {
  std::string device;
  int retry_seconds = 0;
  std::function<Result<ServerAnswer>(BytesView body)> post;
  std::function<void(int milliseconds)> pause;
  std::function<void(const FlushEvent&)> told;  // after a batch left the queue
};
struct FlushResult {
  FlushCounts counts;
  std::optional<Error> stopped;  // why the rest is kept; the queue goes strictly in order
};
// Sends what is pending, oldest first. Network errors, 408, 425, 429 and 5xx are tried again with
// growing pauses until retry_seconds of pauses are used up; other 4xx set the batch aside.
Result<FlushResult> flush(UploadQueue& queue, const FlushPlan& plan);

// The flush that the programs do: to `client`, with real pauses, and what happened printed to `out`
// and `log`. The exit code as run_send() has it, without 2.
int flush_to_server(UploadQueue& queue, const Credentials& device, UploadClient& client,
                    int retry_seconds, OutputForm form, std::ostream& out, std::ostream& log);

// Returns the process's exit code: 0; 1 when the server refused a batch, or a vehicle's lists could
// not be used; 2 for bad input (the rest is sent all the same); 3 when the server could not be
// reached or the queue could not be written:
// what is queued is kept.
int run_send(const SendRequest& request, std::ostream& out, std::ostream& log);

}  // namespace alpr::recognition

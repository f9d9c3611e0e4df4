#include "api/submitter.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "ledger/chain/witness_request.h"

namespace alpr::api {

namespace {

constexpr std::int64_t kBackOffMaxS = 300;
constexpr int kTriesPerStep = 2;           // the second with the size that a 409 told
constexpr std::size_t kWitnessesMax = 32;  // that are asked

std::string shortened(std::string_view text) {
  std::string line(text.substr(0, 200));
  std::erase_if(line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  return line;
}

std::int64_t steady_s() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

}  // namespace

Submitter::Submitter(Cosigners& cosigners, chain::PolicyWitness witness, Post post)
    : cosigners_(cosigners), witness_(std::move(witness)), post_(std::move(post)) {
  url_ = witness_.url.substr(0, witness_.url.find_last_not_of('/') + 1) + "/add-checkpoint";
}

Result<Submitter::Newest> Submitter::newest() const {
  auto note = cosigners_.service().store().newest_checkpoint();
  if (!note) return tl::unexpected(note.error());
  const auto parsed = chain::parse_note(*note);
  if (!parsed) return tl::unexpected(parsed.error());
  auto checkpoint = chain::parse_checkpoint_text(parsed->text);
  if (!checkpoint) return tl::unexpected(checkpoint.error());
  // What others cosigned meanwhile is not this witness's business.
  const chain::VerifierKey& key = cosigners_.service().store().log_vkey();
  chain::Note own{parsed->text, {}};
  for (const chain::NoteSignature& signature : parsed->signatures)
    if (signature.name == key.name) own.signatures.push_back(signature);
  return Newest{chain::format_note(own), std::move(*checkpoint)};
}

Submitter::Step Submitter::step(std::int64_t now_s) {
  // The size is looked at first: a checkpoint that is handed out is kept for ever.
  if (now_s < retry_at_s_ || cosigners_.service().store().size() == cosigned_) return {};
  const auto current = newest();
  const auto done = current ? submit(*current) : tl::unexpected(current.error());
  Step step;
  std::string what;
  if (done) {
    failures_ = 0;
    step.became = Became::kCosigned;
    what = fmt::format("witness {} cosigns", witness_.name);
  } else {
    failures_ = std::min(failures_ + 1, 16);
    retry_at_s_ = now_s + std::min<std::int64_t>(std::int64_t{1} << failures_, kBackOffMaxS);
    step.became = Became::kFailed;
    what = fmt::format("witness {} does not cosign: {}", witness_.name, done.error().detail);
  }
  if (what != said_) step.what = said_ = what;
  return step;
}

Result<void> Submitter::submit(const Newest& newest) {
  const std::uint64_t size = newest.checkpoint.size;
  for (int tried = 0; tried < kTriesPerStep; ++tried) {
    if (known_ > size)
      return fail(ErrorCode::kRollback,
                  fmt::format("it has recorded {} events of this log, which has {}: an older copy "
                              "of the store is running, or another one beside it",
                              known_, size));
    chain::AddCheckpoint request{known_, {}, newest.note};
    if (known_ > 0 && known_ < size) {
      auto proof = cosigners_.service().store().consistency_path(known_, size);
      if (!proof) return tl::unexpected(proof.error());
      request.proof = std::move(*proof);
    }
    const auto answer = post_(url_, chain::format_add_checkpoint(request));
    if (!answer) return tl::unexpected(answer.error());
    if (answer->status == 200) return take(*answer, newest);
    if (answer->status != 409)
      return fail(answer->status == 422 ? ErrorCode::kConflict : ErrorCode::kIo,
                  fmt::format("it answers {}{}: {}", answer->status,
                              answer->status == 422 ? ", it knows another history of this log" : "",
                              shortened(answer->body)));
    const auto learnt = learn(*answer, newest);
    if (!learnt) return tl::unexpected(learnt.error());
  }
  return fail(ErrorCode::kBusy, "its recorded size changes with each question");
}

// From a 409: what the witness has recorded.
Result<void> Submitter::learn(const HttpAnswer& conflict, const Newest& newest) {
  const auto recorded = chain::parse_recorded_size(conflict.body);
  // Some witnesses say 409 without a size where the root differs, instead of 422.
  if (!recorded || *recorded == known_)
    return fail(ErrorCode::kConflict,
                fmt::format("it answers 409 to size {}, it knows another history of this log",
                            newest.checkpoint.size));
  known_ = *recorded;
  return {};
}

Result<void> Submitter::take(const HttpAnswer& answer, const Newest& newest) {
  const auto lines = chain::parse_signature_lines(answer.body);
  if (!lines) return fail(ErrorCode::kMalformed, "its answer: " + lines.error().detail);
  for (const chain::NoteSignature& signature : *lines) {
    if (signature.name != witness_.key.name || signature.id != witness_.key.id()) continue;
    std::string line = chain::signature_line(signature);
    line.pop_back();
    const auto accepted = cosigners_.accept(newest.checkpoint.size, line);
    if (!accepted) return tl::unexpected(accepted.error());
    known_ = cosigned_ = newest.checkpoint.size;
    return {};
  }
  return fail(ErrorCode::kBadSignature, "its answer has no signature of the key in the policy");
}

WitnessThreads::WitnessThreads(Cosigners& cosigners, const HttpClientSettings& http, Say say)
    : say_(std::move(say)) {
  for (const chain::PolicyWitness& witness : cosigners.policy().witnesses()) {
    if (witness.url.empty() || threads_.size() == kWitnessesMax) continue;
    auto client = std::make_shared<HttpClient>(http);
    threads_.emplace_back(
        [this, submitter = Submitter(
                   cosigners, witness, [client](const std::string& url, std::string_view body) {
                     return client->send("POST", url, {"Content-Type: text/plain"}, body);
                   })]() mutable { run(std::move(submitter)); });
  }
}

WitnessThreads::~WitnessThreads() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WitnessThreads::run(Submitter submitter) {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    const Submitter::Step step = submitter.step(steady_s());
    if (!step.what.empty()) say_(step);
    lock.lock();
    wake_.wait_for(lock, std::chrono::seconds(1), [this] { return stopping_; });
  }
}

}  // namespace alpr::api

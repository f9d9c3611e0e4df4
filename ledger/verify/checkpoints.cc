#include "ledger/verify/checkpoints.h"

#include <fmt/format.h>

#include "ledger/chain/encoding.h"
#include "ledger/verify/rules.h"

namespace alpr::verify {

Checkpoints::Checkpoints(Source& source, std::string origin, LogKeys& keys, LevelReport& report)
    : origin_(std::move(origin)),
      keys_(keys),
      report_(report),
      cursor_(source.cursor(Database::kCheckpoints)) {}

Result<void> Checkpoints::expect_since(std::string_view note) {
  auto parsed = chain::parse_note(note);
  if (!parsed)
    return fail(ErrorCode::kMalformed,
                "the kept checkpoint is not a signed note: " + parsed.error().detail);
  auto checkpoint = chain::parse_checkpoint_text(parsed->text);
  if (!checkpoint)
    return fail(ErrorCode::kMalformed, "the kept checkpoint: " + checkpoint.error().detail);
  // Every log begins with the empty tree, so a checkpoint of size 0 says nothing about this one.
  const bool empty = checkpoint->size == 0;
  since_ = Since{std::move(*parsed), std::move(*checkpoint), /*seen=*/empty};
  return {};
}

Result<void> Checkpoints::stand_on(const Result<bool>& row) {
  if (!row) return tl::unexpected(row.error());
  row_ = *row;
  size_.reset();
  if (row_ && cursor_->key().size() == 8) size_ = chain::get_be64(cursor_->key().data());
  return {};
}

Result<void> Checkpoints::start() { return stand_on(cursor_->first()); }

Result<void> Checkpoints::renewed(const Tree& tree) {
  return stand_on(cursor_->seek(number_key(tree.size() + 1)));
}

Result<void> Checkpoints::at(const Tree& tree, TimeUs last_time) {
  if (cosignatures_) cosignatures_->grown_to(tree.size(), last_time);
  if (since_ && !since_->seen && since_->checkpoint.size == tree.size())
    judge_since(tree, last_time);
  while (row_ && (!size_ || *size_ <= tree.size())) {
    if (!size_ || *size_ != tree.size()) {
      report_.add(std::nullopt, rule::kCheckpoint,
                  "a checkpoint is kept under a key that is no size of this log");
    } else {
      judge(tree, last_time);
      newest_ = size_;
    }
    if (auto placed = stand_on(cursor_->next()); !placed) return placed;
  }
  return {};
}

bool Checkpoints::none_before(const Tree& tree, std::uint64_t size) const {
  const auto between = [&](std::uint64_t one) { return one > tree.size() && one < size; };
  return !cosignatures_ && !(since_ && !since_->seen && between(since_->checkpoint.size)) &&
         (!row_ || (size_ && *size_ >= size));
}

void Checkpoints::judge(const Tree& tree, TimeUs last_time) {
  const auto add = [&](std::string_view what) {
    report_.add(std::nullopt, rule::kCheckpoint,
                fmt::format("checkpoint of size {}: {}", tree.size(), what));
  };
  const auto note = chain::parse_note(as_text(cursor_->value()));
  if (!note) return add(note.error().detail);
  const auto checkpoint = chain::parse_checkpoint_text(note->text);
  if (!checkpoint) return add(checkpoint.error().detail);
  if (checkpoint->origin != origin_) add("it is of another log");
  if (checkpoint->size != tree.size()) add(fmt::format("it says size {}", checkpoint->size));
  if (checkpoint->root != tree.root()) {
    add("its root is not that of the events before it");
  } else if (cosignatures_) {
    cosignatures_->seen(*note, tree.size(), last_time, report_);
  }
  const auto known = keys_.known(tree.size(), last_time);
  if (known.empty()) {
    if (!no_key_said_)
      report_.add(std::nullopt, rule::kKeys, "no key is known to check signatures with");
    no_key_said_ = true;
    return;
  }
  const auto verified = chain::verify_note(*note, known);
  if (!verified) return add("the log's key did not sign it: " + verified.error().detail);
  keys_.signed_by(tree.size(), last_time, *verified);
}

void Checkpoints::judge_since(const Tree& tree, TimeUs last_time) {
  since_->seen = true;
  const auto add = [&](std::string_view what) {
    report_.add(std::nullopt, rule::kCheckpoint,
                fmt::format("the kept checkpoint of size {}: {}", tree.size(), what));
  };
  if (since_->checkpoint.origin != origin_) add("it is of another log");
  if (since_->checkpoint.root != tree.root()) {
    add("its root is not this log's at that size: the history before it was rewritten");
  } else if (cosignatures_) {
    cosignatures_->seen(since_->note, tree.size(), last_time, report_);
  }
  if (!chain::verify_note(since_->note, keys_.known(tree.size(), last_time))) {
    add("this log's key did not sign it");
  }
}

Result<void> Checkpoints::finish(const Tree& tree, TimeUs last_time, bool simulated) {
  if (cosignatures_) cosignatures_->finish(last_time, simulated, report_);
  while (row_) {
    report_.add(std::nullopt, rule::kCheckpoint,
                size_ ? fmt::format("a checkpoint of size {} is kept, and there are only {} events",
                                    *size_, tree.size())
                      : std::string("a checkpoint is kept under a key that is no size"));
    if (auto placed = stand_on(cursor_->next()); !placed) return placed;
  }
  if (newest_ != tree.size()) {
    report_.add(newest_, rule::kCheckpoint,
                newest_ ? fmt::format("the events from here on are not covered by any checkpoint")
                        : std::string("no checkpoint is kept: no event is signed"));
  }
  if (since_ && !since_->seen) {
    report_.add(
        std::nullopt, rule::kCheckpoint,
        fmt::format(
            "the kept checkpoint covers {} events and the log has {}: its newest part was cut off",
            since_->checkpoint.size, tree.size()));
  }
  return {};
}

}  // namespace alpr::verify

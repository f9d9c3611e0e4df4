// A bundle as a source: the file is mapped and walked front to back; nothing of it is held. Its
// place in the log is what an event's header says, so a changed seq is a gap or a wrong order.
// One thread. Source: docs/event-format.md, section 9.
#pragma once

#include <memory>

#include "ledger/verify/mapped_file.h"
#include "ledger/verify/source.h"

namespace alpr::verify {

// One walk over a bundle's records: where it stands, and between which events.
class BundleWalk {
 public:
  BundleWalk() = default;
  BundleWalk(BytesView records, std::uint64_t from) : rest_(records), next_(from), from_(from) {}

  // The next record; nullopt after the end record. kCorrupt: cut off, out of order, malformed; the
  // detail says after which event.
  Result<std::optional<chain::BundleRecord>> next();
  std::uint64_t seq() const { return next_ - 1; }  // of the event last returned
  std::uint64_t size() const { return next_; }     // of the log up to here

 private:
  tl::unexpected<Error> corrupt(std::string_view what) const;
  BytesView rest_;
  std::uint64_t next_ = 0;  // the seq after the last event
  std::uint64_t from_ = 0;
  std::optional<std::uint64_t> checkpoint_;  // the size of the one last returned
  bool ended_ = false;
};

// Whether the log's checkpoint of this text is among those that the bundle keeps. kCorrupt.
Result<bool> keeps_checkpoint(const MappedFile& bundle, std::string_view text);

class BundleSource : public Source {
 public:
  // kMalformed: it is no bundle; kWrongVersion; kCorrupt: it begins like one and does not go on so.
  static Result<std::unique_ptr<BundleSource>> open(const MappedFile& file);

  Result<std::optional<BytesView>> get(Database database, BytesView key) override;
  std::unique_ptr<Cursor> cursor(Database database) override;
  Result<void> renew() override { return {}; }
  bool moved() const override { return false; }
  std::uint64_t events() override { return size_; }
  Result<std::vector<std::string>> names() override { return std::vector<std::string>(); }
  const std::filesystem::path* folder() const override { return nullptr; }
  const chain::BundleStart* bundle() const override { return &start_; }

 private:
  BundleSource(chain::BundleStart start, BytesView records, std::uint64_t size)
      : start_(std::move(start)), records_(records), size_(size) {}

  chain::BundleStart start_;
  BytesView records_;
  std::uint64_t size_;  // as the end record says, if the file ends with one
  Bytes format_;        // of meta
  // Gets come in rising order, so they go on from the one before.
  BundleWalk at_;
  std::optional<chain::BundleRecord> at_record_;
};

}  // namespace alpr::verify

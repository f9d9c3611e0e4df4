// The file that a requester is given: the reads of a release with what is needed to check each of
// them offline, without trust in the Department. docs/event-format.md, section 4.3, has its form;
// `plateledger-verify package FILE` checks it. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/receipt.h"
#include "ledger/chain/event.h"
#include "policy/records/describe.h"

namespace alpr::api {

inline constexpr std::string_view kPackageFormat = "plateledger package v1";
// A file and no answer about an event: what it is recorded under stands in the response's headers,
// for whoever exports it and not for whoever it is given to.
inline constexpr std::string_view kPackageType = "application/vnd.plateledger.package+json";

struct PackagedEvent {
  Sequence event;
  std::string salt;     // hex: the header's commitment is HMAC-SHA-256(salt, payload)
  std::string payload;  // its canonical JSON
  template <typename M>
  void members(M& m) {
    m("event", event);
    m("salt", salt);
    m("payload", payload);
  }
};

// What the digest of sharing.released is of. The same at release and at every export, so it holds
// nothing that changes.
struct PackageContent {
  std::string marking;  // whose data it is and what it may not be used for (I12-E-4)
  std::string origin;   // of the log
  Sequence request;
  std::string recipient;
  std::string case_number;
  std::vector<PackagedEvent> events;
  template <typename M>
  void members(M& m) {
    m("marking", marking);
    m("origin", origin);
    m("request", request);
    m("recipient", recipient);
    m("case_number", case_number);
    m("events", events);
  }
};

struct SharingPackage {
  std::string format = std::string(kPackageFormat);
  std::string content;  // canonical JSON of PackageContent, as a text: its digest is of these bytes
  std::vector<Receipt> receipts;  // of the content's events, in order
  Receipt release;                // of sharing.released, with what the recipient may see of it
  template <typename M>
  void members(M& m) {
    m("format", format);
    m("content", content);
    m("receipts", receipts);
    m("release", release);
  }
};

// An event committed to as a whole, with its salt; ALPR_CHECKs that its payload is there.
PackagedEvent packaged(const chain::EventView& event);

// What a recipient may see of sharing.released: all but who extracted it and how it was sent.
bool shown_to_recipient(const chain::EventView& event, const chain::Member& member);

}  // namespace alpr::api

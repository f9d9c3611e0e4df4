#include "recognition/local_alert.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/chain/canonical_json.h"

namespace alpr::recognition {

std::vector<LocalAlert> match_locally(const TakenLists& copy, TimeUs now,
                                      std::vector<SignedRead>& reads) {
  std::vector<LocalAlert> alerts;
  for (SignedRead& read : reads) {
    for (const ShiftMatch& match : matches(copy.list, read.facts.plate, now)) {
      if (read.facts.local_hits.size() == kLocalHitsMax) break;
      const std::int64_t age_us = now.value - match.list->list_time.value;
      const LocalHit hit{copy.taken, match.list->list, match.entry->entry, now,
                         std::max<std::int64_t>(0, age_us / kSecondUs)};
      read.facts.local_hits.push_back(hit);
      alerts.push_back({read.facts.plate, read.facts.confidence_ppm, match.entry->plate,
                        match.exact, match.list->source, match.entry->category, hit});
    }
  }
  return alerts;
}

std::string to_text(const LocalAlert& alert) {
  return fmt::format(
      "ALERT, UNVALIDATED: {} ({} millionths sure) may be {} on {}, {}{}; list version {}, {} s "
      "old, offline. Follow and no more until it is validated.",
      alert.plate, alert.confidence_ppm, alert.listed, alert.source, alert.category,
      alert.exact ? "" : ", OCR_EQUIVALENT", alert.hit.list.value, alert.hit.list_age_s);
}

std::string to_json(const LocalAlert& alert) {
  using chain::Json;
  return chain::write(Json(Json::Object{
      {"alert", Json(Json::Object{{"state", Json("UNVALIDATED")},
                                  {"plate", Json(alert.plate)},
                                  {"confidence", Json(alert.confidence_ppm)},
                                  {"listed", Json(alert.listed)},
                                  {"match", Json(alert.exact ? "EXACT" : "OCR_EQUIVALENT")},
                                  {"source", Json(alert.source)},
                                  {"reason", Json(alert.category)},
                                  {"list", Json(static_cast<std::int64_t>(alert.hit.list.value))},
                                  {"list_age_s", Json(alert.hit.list_age_s)},
                                  {"offline", Json(true)}})}}));
}

}  // namespace alpr::recognition

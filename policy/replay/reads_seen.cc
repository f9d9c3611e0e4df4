#include "policy/replay/reads_seen.h"

#include <algorithm>
#include <map>

#include "policy/records/reads.h"

namespace alpr::policy {

void see_reads(const Past& past, std::vector<Sequence> reads, ReadsIndex& index) {
  std::sort(reads.begin(), reads.end());
  reads.erase(std::unique(reads.begin(), reads.end()), reads.end());
  std::map<std::uint64_t, ReadColumns> buckets;
  std::map<Sequence, std::vector<Sequence>> held;  // by hold
  const auto intern = [&](std::string_view text) { return index.intern(text); };
  for (const Sequence read : reads) {
    const auto what = past.at(read);
    if (!what || what->kind != ReadRecorded::kKind.number) continue;
    const Bucket bucket = bucket_of(what->time);
    auto& columns = buckets.try_emplace(bucket.value, bucket).first->second;
    columns.add({read, what->time, "A", "", "", "", "", 0, 0, what->time}, intern);
    for (const Sequence hold : past.holds_on(read)) held[hold].push_back(read);
  }
  std::vector<ReadColumns> all;
  for (auto& [bucket, columns] : buckets) all.push_back(std::move(columns));
  index.load(std::move(all));
  for (auto& [hold, events] : held)
    index.load_hold(hold, past.holds().at(hold.value).case_number, std::move(events));
}

}  // namespace alpr::policy

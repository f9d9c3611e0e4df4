#include "api/annual_report.h"

#include <algorithm>

namespace alpr::api {
namespace {

constexpr std::uint64_t kBlock = 4'096;  // headers

Result<void> take(const store::Store& store, const chain::Header& header,
                  figures::AnnualFold& fold) {
  if (!fold.reads(header.kind)) return fold.take({header});
  const auto event = store.event(header.seq);
  if (!event) return tl::unexpected(event.error());
  return fold.take({header, event->members, /*whole=*/true});
}

}  // namespace

Result<figures::AnnualReport> annual_report(const store::Store& store, const chain::Checkpoint& at,
                                            const figures::Period& period, std::int64_t years) {
  if (auto may = figures::comparable(period, years); !may) return tl::unexpected(may.error());
  figures::AnnualFold fold(period, years);
  for (std::uint64_t first = 0; first < at.size; first += kBlock) {
    const auto block = store.header_range({first}, std::min(kBlock, at.size - first));
    if (!block) return tl::unexpected(block.error());
    for (const chain::HeaderBytes& bytes : *block) {
      const auto header = chain::decode_header(bytes);
      if (!header) return tl::unexpected(header.error());
      if (auto taken = take(store, *header, fold); !taken) return tl::unexpected(taken.error());
    }
  }
  return fold.report(at);
}

}  // namespace alpr::api

#include "tests/ledger/verify/bundle_maker.h"

#include <fstream>
#include <stdexcept>

#include "ledger/store/bundle_writer.h"

namespace alpr::verify::testing {

Bytes make_bundle(StoreMaker& maker, const ExportOptions& options) {
  const TestFolder folder;
  for (const char* name : {"buckets", "held", "registers", "scoped"}) maker.rows(name);
  maker.write(folder.path());
  const auto env = store::Environment::open(folder.path() / "ledger", /*map_size=*/0,
                                            store::Environment::Mode::kRead);
  if (!env) throw std::runtime_error(env.error().detail);
  auto txn = (*env)->begin_read();
  if (!txn) throw std::runtime_error(txn.error().detail);
  auto writer = store::BundleWriter::begin(std::move(*txn), {options.from, options.boxes});
  if (!writer) throw std::runtime_error(writer.error().detail);
  Bytes bundle;
  const auto written = store::write_bundle(*writer, [&](BytesView piece) -> Result<void> {
    bundle.insert(bundle.end(), piece.begin(), piece.end());
    return {};
  });
  if (!written) throw std::runtime_error(written.error().detail);
  return bundle;
}

std::vector<Bytes> take_apart(const Bytes& bundle) {
  std::vector<Bytes> parts;
  BytesView rest = bundle;
  const auto cut = [&](BytesView before) {
    parts.emplace_back(before.begin(), before.end() - static_cast<std::ptrdiff_t>(rest.size()));
  };
  BytesView before = rest;
  chain::take_bundle_start(rest).value();
  cut(before);
  while (!rest.empty()) {
    before = rest;
    chain::take_bundle_record(rest).value();
    cut(before);
  }
  return parts;
}

Bytes join(const std::vector<Bytes>& parts) {
  Bytes bundle;
  for (const Bytes& part : parts) bundle.insert(bundle.end(), part.begin(), part.end());
  return bundle;
}

std::size_t part_of(const std::vector<Bytes>& parts, std::uint64_t seq) {
  for (std::size_t i = 1; i < parts.size(); ++i) {
    BytesView rest = parts[i];
    const auto record = chain::take_bundle_record(rest).value();
    if (record->sort == chain::BundleRecord::Sort::kEvent && chain::seq_in(record->header) == seq)
      return i;
  }
  throw std::runtime_error("the bundle has no such event");
}

void write_file(const std::filesystem::path& file, BytesView bytes) {
  std::ofstream(file, std::ios::binary) << as_text(bytes);
}

}  // namespace alpr::verify::testing

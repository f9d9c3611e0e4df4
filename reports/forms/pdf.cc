#include "reports/forms/pdf.h"

#include <cairo-pdf.h>
#include <fmt/format.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <array>
#include <memory>

#include "ledger/chain/encoding.h"
#include "reports/forms/pdf_catalog.h"

namespace alpr::forms {
namespace {

// In points.
constexpr double kPageWidth = 612;
constexpr double kPageHeight = 792;
constexpr double kMargin = 54;
constexpr double kWidth = kPageWidth - 2 * kMargin;
constexpr double kBottom = kPageHeight - 64;
constexpr double kFooter = kPageHeight - 44;
constexpr double kPadding = 3;
constexpr double kLine = 0.5;
constexpr double kKeepWithNext = 60;  // a heading is not the last thing on its page
constexpr double kLineAfter = 22;     // a table's space and a small line below it
constexpr double kDrawingScale = 1.0;
constexpr std::size_t kWholeRows =
    20;  // a table of so few is not broken, where half a page holds it
constexpr double kWholeHeight = (kBottom - kMargin) / 2;

struct Colour {
  double red, green, blue;
};
// Those of the page (page_style.cc).
constexpr Colour kInk{0x1a / 255.0, 0x1a / 255.0, 0x1a / 255.0};
constexpr Colour kBlue{0x1f / 255.0, 0x4e / 255.0, 0x79 / 255.0};
constexpr Colour kHead{0xe8 / 255.0, 0xee / 255.0, 0xf4 / 255.0};
constexpr Colour kFrame{0x76 / 255.0, 0x76 / 255.0, 0x76 / 255.0};
constexpr Colour kAlarm{0x8a / 255.0, 0x1c / 255.0, 0x1c / 255.0};
constexpr std::array<Colour, kShades> kShade{{{1, 1, 1},
                                              {0xe3 / 255.0, 0xed / 255.0, 0xf6 / 255.0},
                                              {0xc6 / 255.0, 0xdb / 255.0, 0xee / 255.0},
                                              {0xa9 / 255.0, 0xca / 255.0, 0xe6 / 255.0},
                                              {0x8f / 255.0, 0xb8 / 255.0, 0xde / 255.0}}};

struct Style {
  double size;
  bool bold = false;
  bool right = false;
  Colour colour = kInk;
};

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Surface = std::unique_ptr<cairo_surface_t, Freed<cairo_surface_destroy>>;
using Cairo = std::unique_ptr<cairo_t, Freed<cairo_destroy>>;
using FontMap = std::unique_ptr<PangoFontMap, Freed<g_object_unref>>;
using Context = std::unique_ptr<PangoContext, Freed<g_object_unref>>;
using Layout = std::unique_ptr<PangoLayout, Freed<g_object_unref>>;
using Font = std::unique_ptr<PangoFontDescription, Freed<pango_font_description_free>>;

cairo_status_t append(void* out, const unsigned char* bytes, unsigned int size) {
  static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(bytes), size);
  return CAIRO_STATUS_SUCCESS;
}

// Without control characters, and short enough for a cell that a page holds.
std::string shown(const std::string& text) {
  std::string out;
  std::size_t characters = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80 && ++characters > kPdfCellMax) return out + "\xE2\x80\xA6 [cut]";
    if ((byte < 0x20 && c != '\n') || byte == 0x7F)
      out += "\xEF\xBF\xBD";
    else
      out += c;
  }
  return out;
}

bool is_installed(PangoFontMap* map, std::string_view family) {
  PangoFontFamily** families = nullptr;
  int count = 0;
  pango_font_map_list_families(map, &families, &count);
  bool found = false;
  for (int i = 0; i < count; ++i)
    found = found || pango_font_family_get_name(families[i]) == family;
  g_free(families);
  return found;
}

// Texts as pango lays them out, the same on every machine: no hints, no rounding, no locale.
class Typesetter {
 public:
  explicit Typesetter(PangoFontMap* map) : context_(pango_font_map_create_context(map)) {
    pango_cairo_context_set_resolution(context_.get(), 72);
    pango_context_set_language(context_.get(), pango_language_from_string("en"));
    pango_context_set_round_glyph_positions(context_.get(), FALSE);
    cairo_font_options_t* options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context_.get(), options);
    cairo_font_options_destroy(options);
  }
  // `width` in points; 0: as wide as it is.
  Layout layout(const std::string& text, const Style& style, double width) const {
    Layout layout(pango_layout_new(context_.get()));
    const Font font(pango_font_description_new());
    pango_font_description_set_family(font.get(), std::string(kPdfFont).c_str());
    pango_font_description_set_absolute_size(font.get(), style.size * PANGO_SCALE);
    if (style.bold) pango_font_description_set_weight(font.get(), PANGO_WEIGHT_BOLD);
    pango_layout_set_font_description(layout.get(), font.get());
    if (width > 0) pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
    pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
    if (style.right) pango_layout_set_alignment(layout.get(), PANGO_ALIGN_RIGHT);
    const std::string text_shown = shown(text);
    pango_layout_set_text(layout.get(), text_shown.data(), static_cast<int>(text_shown.size()));
    return layout;
  }

 private:
  Context context_;
};

double height_of(const Layout& layout) {
  PangoRectangle logical;
  pango_layout_get_extents(layout.get(), nullptr, &logical);
  return static_cast<double>(logical.height) / PANGO_SCALE;
}
double width_of(const Layout& layout) {
  PangoRectangle logical;
  pango_layout_get_extents(layout.get(), nullptr, &logical);
  return static_cast<double>(logical.width) / PANGO_SCALE;
}

struct Cell {
  Layout layout;
  Colour colour;
};

// Draws the blocks from top to bottom, page by page.
class Pages {
 public:
  // `pages`: how many there will be, for the footers.
  Pages(const Document& document, PangoFontMap* map, int pages)
      : document_(document),
        type_(map),
        pages_(pages),
        surface_(cairo_pdf_surface_create_for_stream(append, &bytes_, kPageWidth, kPageHeight)),
        cairo_(cairo_create(surface_.get())) {
    cairo_pdf_surface_restrict_to_version(surface_.get(), CAIRO_PDF_VERSION_1_5);
    const std::string at = chain::format_time(document.made_at).substr(0, 19) + "Z";
    describe(CAIRO_PDF_METADATA_TITLE, shown(document.title));
    describe(CAIRO_PDF_METADATA_SUBJECT, shown(document.subject));
    describe(CAIRO_PDF_METADATA_CREATOR, "Plateledger");
    describe(CAIRO_PDF_METADATA_CREATE_DATE, at);
    describe(CAIRO_PDF_METADATA_MOD_DATE, at);
  }
  int page() const { return page_; }

  Result<std::string> draw() {
    for (std::size_t i = 0; i < document_.blocks.size(); ++i) {
      kept_ = i + 1 < document_.blocks.size() ? begins(document_.blocks[i + 1]) : 0;
      std::visit([&](const auto& one) { put(one); }, document_.blocks[i]);
    }
    end_page();
    cairo_.reset();
    cairo_surface_finish(surface_.get());
    const cairo_status_t status = cairo_surface_status(surface_.get());
    if (status != CAIRO_STATUS_SUCCESS)
      return fail(ErrorCode::kIo,
                  std::string("the PDF was not made: ") + cairo_status_to_string(status));
    return with_catalog(std::move(bytes_));
  }

 private:
  void describe(cairo_pdf_metadata_t what, const std::string& text) {
    cairo_pdf_surface_set_metadata(surface_.get(), what, text.c_str());
  }
  void use(const Colour& colour) {
    cairo_set_source_rgb(cairo_.get(), colour.red, colour.green, colour.blue);
  }
  void box(double x, double y, double width, double height, const Colour& colour, bool filled) {
    use(colour);
    cairo_rectangle(cairo_.get(), x, y, width, height);
    if (filled)
      cairo_fill(cairo_.get());
    else
      cairo_stroke(cairo_.get());
  }
  void show(const Layout& layout, double x, double y, const Colour& colour) {
    use(colour);
    cairo_move_to(cairo_.get(), x, y);
    pango_cairo_show_layout(cairo_.get(), layout.get());
  }
  // What is drawn by `draw` is read out as this: a structure element of the PDF.
  template <typename Draw>
  void tagged(const char* tag, const std::string& attributes, const Draw& draw) {
    cairo_tag_begin(cairo_.get(), tag, attributes.c_str());
    draw();
    cairo_tag_end(cairo_.get(), tag);
  }

  void end_page() {
    cairo_set_line_width(cairo_.get(), kLine);
    use(kFrame);
    cairo_move_to(cairo_.get(), kMargin, kFooter - 4);
    cairo_line_to(cairo_.get(), kMargin + kWidth, kFooter - 4);
    cairo_stroke(cairo_.get());
    show(type_.layout(document_.footer, {8}, 0), kMargin, kFooter, kInk);
    const Layout number =
        type_.layout(fmt::format("Page {} of {}", page_, pages_), {8, false, true}, kWidth);
    show(number, kMargin, kFooter, kInk);
    cairo_show_page(cairo_.get());
  }
  // A page that has room for it.
  void need(double height) {
    if (y_ + height <= kBottom || y_ <= kMargin) return;
    end_page();
    ++page_;
    y_ = kMargin;
  }

  // How much of a block a heading before it wants on its own page.
  double begins(const Block& block) const {
    if (const auto* drawing = std::get_if<Drawing>(&block)) return height_of_drawing(*drawing);
    if (const auto* table = std::get_if<DocumentTable>(&block)) return unbroken(*table);
    return kKeepWithNext;
  }
  static double height_of_drawing(const Drawing& drawing) {
    return static_cast<double>(drawing.height) * kDrawingScale;
  }
  // Of a small table the whole of it and the line after it, of a large one its beginning.
  double unbroken(const DocumentTable& table) const {
    if (table.rows.size() > kWholeRows) return kKeepWithNext;
    const std::vector<double> widths = widths_of(table);
    double height = height_of_row(head_of(table, widths)) + kLineAfter;
    for (const auto& texts : table.rows) height += height_of_row(row_of(table, widths, texts));
    if (!table.caption.empty()) height += 14;
    return height <= kWholeHeight ? height : kKeepWithNext;
  }

  void put(const Heading& heading) {
    constexpr std::array<double, 4> kSizes{0, 18, 14, 11};
    constexpr std::array<const char*, 4> kTags{"", "H1", "H2", "H3"};
    const auto level = static_cast<std::size_t>(std::clamp(heading.level, 1, 3));
    const Layout layout = type_.layout(heading.text, {kSizes[level], true}, kWidth);
    const double height = height_of(layout);
    need(height + std::max(kept_, kKeepWithNext) + 16);
    if (y_ > kMargin) y_ += level == 3 ? 8 : 14;
    tagged(kTags[level], "", [&] {
      tagged(CAIRO_TAG_DEST, "name='" + heading.anchor + "'",
             [&] { show(layout, kMargin, y_, kInk); });
    });
    const int parent = level == 1 ? CAIRO_PDF_OUTLINE_ROOT : outlines_[level - 1];
    const int flags = level == 1 ? CAIRO_PDF_OUTLINE_FLAG_OPEN : 0;
    outlines_[level] = cairo_pdf_surface_add_outline(
        surface_.get(), parent, shown(heading.text).c_str(),
        ("dest='" + heading.anchor + "'").c_str(), static_cast<cairo_pdf_outline_flags_t>(flags));
    y_ += height + 4;
    if (level != 2) return;
    box(kMargin, y_ - 2, kWidth, 1, kBlue, /*filled=*/true);
    y_ += 4;
  }

  void put(const Paragraph& paragraph) {
    const bool warning = paragraph.kind == Paragraph::Kind::kWarning;
    const double inset = warning ? 8 : 0;
    const double size = paragraph.kind == Paragraph::Kind::kSmall ? 8 : 10;
    const Layout layout = type_.layout(paragraph.text, {size, warning}, kWidth - 2 * inset);
    const double height = height_of(layout) + 2 * inset;
    need(height);
    if (warning) {
      cairo_set_line_width(cairo_.get(), 2);
      box(kMargin, y_, kWidth, height, kAlarm, /*filled=*/false);
    }
    tagged("P", "", [&] { show(layout, kMargin + inset, y_ + inset, kInk); });
    y_ += height + 6;
  }

  void put(const ContentsLine& line) {
    const Layout layout = type_.layout(line.text, {10}, kWidth);
    need(height_of(layout));
    tagged("P", "", [&] {
      tagged(CAIRO_TAG_LINK, "dest='" + line.anchor + "'",
             [&] { show(layout, kMargin, y_, kBlue); });
    });
    y_ += height_of(layout) + 3;
  }

  void put(const Drawing& drawing) {
    const double height = height_of_drawing(drawing);
    need(height);
    const auto x = [](std::int64_t units) {
      return kMargin + static_cast<double>(units) * kDrawingScale;
    };
    const auto y = [&](std::int64_t units) {
      return y_ + static_cast<double>(units) * kDrawingScale;
    };
    tagged("Figure", "", [&] {
      for (const Shape& shape : drawing.shapes) put(shape);
      for (const Bar& bar : drawing.bars)
        box(x(bar.x), y(bar.y), static_cast<double>(bar.width) * kDrawingScale,
            static_cast<double>(bar.height) * kDrawingScale, kBlue, /*filled=*/true);
      for (const Label& label : drawing.labels) {
        const Layout layout = type_.layout(label.text, {kLabelSize * kDrawingScale}, 0);
        const double baseline =
            static_cast<double>(pango_layout_get_baseline(layout.get())) / PANGO_SCALE;
        const double before = label.anchor == Anchor::kBegins ? 0
                              : label.anchor == Anchor::kEnds ? width_of(layout)
                                                              : width_of(layout) / 2;
        show(layout, x(label.x) - before, y(label.baseline) - baseline, kInk);
      }
    });
    y_ += height + 6;
  }
  // At the place where the drawing is.
  void put(const Shape& shape) {
    cairo_new_path(cairo_.get());
    for (const Spot& spot : shape.corners)
      cairo_line_to(cairo_.get(), kMargin + static_cast<double>(spot.x) * kDrawingScale,
                    y_ + static_cast<double>(spot.y) * kDrawingScale);
    cairo_close_path(cairo_.get());
    use(kShade.at(static_cast<std::size_t>(shape.shade)));
    cairo_fill_preserve(cairo_.get());
    use(kBlue);
    cairo_set_line_width(cairo_.get(), kLine);
    cairo_stroke(cairo_.get());
  }

  std::vector<double> widths_of(const DocumentTable& table) const {
    double weights = 0;
    for (const TableColumn& column : table.columns) weights += column.weight;
    std::vector<double> widths;
    for (const TableColumn& column : table.columns)
      widths.push_back(kWidth * column.weight / weights);
    return widths;
  }
  std::vector<Layout> head_of(const DocumentTable& table, const std::vector<double>& widths) const {
    std::vector<Layout> cells;
    for (std::size_t i = 0; i < widths.size(); ++i)
      cells.push_back(type_.layout(table.columns[i].head, {8.5, true, table.columns[i].of_numbers},
                                   widths[i] - 2 * kPadding));
    return cells;
  }
  std::vector<Layout> row_of(const DocumentTable& table, const std::vector<double>& widths,
                             const std::vector<std::string>& texts) const {
    std::vector<Layout> cells;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      cells.push_back(type_.layout(texts[i], {8.5, false, table.columns[i].of_numbers},
                                   widths[i] - 2 * kPadding));
    }
    return cells;
  }
  static double height_of_row(const std::vector<Layout>& cells) {
    double height = 0;
    for (const Layout& cell : cells) height = std::max(height, height_of(cell));
    return height + 2 * kPadding;
  }
  void draw_row(const std::vector<Layout>& cells, const std::vector<double>& widths, bool is_head) {
    const double height = height_of_row(cells);
    tagged("TR", "", [&] {
      double x = kMargin;
      for (std::size_t i = 0; i < cells.size(); ++i) {
        tagged(is_head || i == 0 ? "TH" : "TD", "", [&] {
          if (is_head) box(x, y_, widths[i], height, kHead, /*filled=*/true);
          cairo_set_line_width(cairo_.get(), kLine);
          box(x, y_, widths[i], height, kFrame, /*filled=*/false);
          show(cells[i], x + kPadding, y_ + kPadding, kInk);
        });
        x += widths[i];
      }
    });
    y_ += height;
  }

  // A structure element cannot go over a page's end, so a table's part on each page is one.
  void put(const DocumentTable& table) {
    const std::vector<double> widths = widths_of(table);
    const std::vector<Layout> head = head_of(table, widths);
    const double head_height = height_of_row(head);
    need(unbroken(table));
    if (!table.caption.empty()) {
      const Layout caption = type_.layout(table.caption, {9, true}, kWidth);
      need(height_of(caption) + head_height + kKeepWithNext);
      tagged("Caption", "", [&] { show(caption, kMargin, y_, kInk); });
      y_ += height_of(caption) + 2;
    }
    std::size_t next = 0;
    do {
      std::vector<Layout> row;
      if (next < table.rows.size()) row = row_of(table, widths, table.rows[next]);
      need(head_height + height_of_row(row));
      tagged("Table", "", [&] {
        draw_row(head, widths, /*is_head=*/true);
        bool first = true;
        while (next < table.rows.size()) {
          if (!first) row = row_of(table, widths, table.rows[next]);
          if (!first && y_ + height_of_row(row) > kBottom) return;
          draw_row(row, widths, /*is_head=*/false);
          first = false;
          ++next;
        }
      });
    } while (next < table.rows.size());
    y_ += 8;
  }

  const Document& document_;
  Typesetter type_;
  int pages_;
  int page_ = 1;
  double y_ = kMargin;
  double kept_ = 0;                // what the next block wants beside a heading
  std::array<int, 4> outlines_{};  // the latest of each level
  std::string bytes_;
  Surface surface_;
  Cairo cairo_;
};

}  // namespace

Result<std::string> to_pdf(const Document& document) {
  std::size_t rows = 0;
  for (const Block& block : document.blocks)
    if (const auto* table = std::get_if<DocumentTable>(&block)) rows += table->rows.size();
  if (rows > kPdfRowsMax)
    return fail(ErrorCode::kTooLarge, fmt::format("more than {} rows in one PDF", kPdfRowsMax));
  const FontMap map(pango_cairo_font_map_new());
  if (!is_installed(map.get(), kPdfFont))
    return fail(ErrorCode::kIo,
                fmt::format("the font {} is not installed, and no PDF can be made", kPdfFont));
  Pages counted(document, map.get(), 0);
  if (auto drawn = counted.draw(); !drawn) return drawn;
  return Pages(document, map.get(), counted.page()).draw();
}

}  // namespace alpr::forms

// One line on the terminal that says how far the work is. Owned by one thread.
#pragma once

#include <iosfwd>
#include <string>

namespace alpr::recognition {

class Progress {
 public:
  // `on` only where `log` is a terminal: elsewhere nothing is written.
  Progress(std::ostream& log, bool on) : log_(log), on_(on) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { clear(); }
  // `share` of the work that is done, 0 to 1; below 0 where nobody knows how much there is.
  void show(double share, const std::string& what);
  // Before anything else is written to the terminal.
  void clear();

 private:
  std::ostream& log_;
  bool on_;
  bool shown_ = false;
};

}  // namespace alpr::recognition

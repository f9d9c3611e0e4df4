// Threads that do what they are given, in the order in which it comes. Who waits for something does
// what is there to do meanwhile, so that no core is idle while there is work.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace alpr::policy_level {

class Workers {
 public:
  // What was given for one end, until all of it is done. Stays where it is meanwhile.
  class Work {
    friend class Workers;
    std::size_t left_ = 0;
  };

  explicit Workers(unsigned threads);
  // Does not wait: finish() each work before.
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // A task must not throw, give or finish. Any thread.
  void give(Work& work, std::function<void()> task);
  // Returns when all of it is done, of which this thread may have done some. Any thread.
  void finish(Work& work);

 private:
  void do_next(std::unique_lock<std::mutex>& lock);
  void run();

  std::mutex mutex_;
  std::condition_variable given_, done_;
  std::deque<std::pair<Work*, std::function<void()>>> tasks_;
  bool ended_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace alpr::policy_level

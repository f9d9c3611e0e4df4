#include "ledger/verify/policy_level/workers.h"

namespace alpr::policy_level {

Workers::Workers(unsigned threads) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

Workers::~Workers() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  given_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Workers::give(Work& work, std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    ++work.left_;
    tasks_.emplace_back(&work, std::move(task));
  }
  given_.notify_one();
}

void Workers::do_next(std::unique_lock<std::mutex>& lock) {
  auto [work, task] = std::move(tasks_.front());
  tasks_.pop_front();
  lock.unlock();
  task();
  task = nullptr;  // what it holds goes before the work counts as done
  lock.lock();
  if (--work->left_ == 0) done_.notify_all();
}

void Workers::finish(Work& work) {
  std::unique_lock lock(mutex_);
  while (work.left_ > 0) {
    if (tasks_.empty())
      done_.wait(lock);
    else
      do_next(lock);
  }
}

void Workers::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    given_.wait(lock, [this] { return ended_ || !tasks_.empty(); });
    if (tasks_.empty()) return;
    do_next(lock);
  }
}

}  // namespace alpr::policy_level

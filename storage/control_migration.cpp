#include "storage/control_migration.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

namespace warmfront::storage {

namespace {

constexpr std::size_t changes_per_batch = 100;
/// etcd takes 1.5 MiB a request, in which base64 makes four octets of three.
constexpr std::size_t batch_octets_max = std::size_t{512} << 10;

bool under_lease(const control_record& record) {
  return record.lease != 0;
}

bool same_content(const control_record& a, const control_record& b) {
  return a.key == b.key && a.value == b.value;
}

error changed_meanwhile(const std::string& what) {
  return {errc::conflict, "copy the control state: " + what,
          "stop every node, empty the new store, then try again"};
}

class migration : public std::enable_shared_from_this<migration> {
public:
  migration(control_store& from, control_store& to,
            std::function<void(const result<migration_outcome>&)> done)
      : from_{from}, to_{to}, done_{std::move(done)} {}

  void start() {
    read(to_, [self = shared_from_this()](const control_snapshot& found) {
      if (!found.records.empty()) {
        self->done_(error{errc::already_exists,
                          fmt::format("copy the control state: the new store has {} records",
                                      found.records.size()),
                          "name an empty store, or another prefix"});
        return;
      }
      self->read(self->from_, [self](const control_snapshot& records) { self->copy(records); });
    });
  }

private:
  void read(control_store& of, std::function<void(const control_snapshot&)> then) {
    of.range("", [self = shared_from_this(),
                  then = std::move(then)](const result<control_snapshot>& answer) {
      answer ? then(answer.value()) : self->done_(answer.error());
    });
  }

  void copy(const control_snapshot& found) {
    source_ = found;
    std::copy_if(found.records.begin(), found.records.end(), std::back_inserter(records_),
                 [](const auto& record) { return !under_lease(record); });
    write_next();
  }

  control_transaction next_batch() {
    control_transaction batch;
    std::size_t octets = 0;
    while (written_ < records_.size() && batch.then.size() < changes_per_batch) {
      const auto& record = records_[written_];
      octets += 2 * record.key.size() + record.value.size();
      if (octets > batch_octets_max && !batch.then.empty()) {
        break;
      }
      batch.when.push_back({record.key, 0});
      batch.then.push_back({record.key, record.value, 0});
      ++written_;
    }
    return batch;
  }

  void write_next() {
    auto batch = next_batch();
    if (batch.then.empty()) {
      verify();
      return;
    }
    to_.transact(std::move(batch),
                 [self = shared_from_this()](const result<transaction_outcome>& outcome) {
                   if (!outcome) {
                     self->done_(outcome.error());
                   } else if (!outcome.value().applied) {
                     self->done_(changed_meanwhile("somebody else writes to the new store"));
                   } else {
                     self->write_next();
                   }
                 });
  }

  void verify() {
    read(to_, [self = shared_from_this()](const control_snapshot& copied) {
      if (!std::equal(copied.records.begin(), copied.records.end(), self->records_.begin(),
                      self->records_.end(), &same_content)) {
        self->done_(changed_meanwhile("the new store does not hold what was written"));
        return;
      }
      self->read(self->from_, [self](const control_snapshot& now) {
        if (now.records != self->source_.records) {
          self->done_(changed_meanwhile("the old store has changed"));
          return;
        }
        self->done_(migration_outcome{self->records_.size(),
                                      self->source_.records.size() - self->records_.size()});
      });
    });
  }

  control_store& from_;
  control_store& to_;
  const std::function<void(const result<migration_outcome>&)> done_;
  control_snapshot source_;
  std::vector<control_record> records_; ///< to be copied, in key order
  std::size_t written_ = 0;
};

} // namespace

void migrate_control_state(control_store& from, control_store& to,
                           std::function<void(const result<migration_outcome>&)> done) {
  std::make_shared<migration>(from, to, std::move(done))->start();
}

} // namespace warmfront::storage

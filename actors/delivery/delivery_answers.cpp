// Answers that need the disk, or the forecast of another actor.

#include <algorithm>
#include <iterator>
#include <utility>

#include "actors/delivery/delivery_reports.hpp"
#include "actors/delivery/timeline.hpp"

namespace warmfront {

namespace {

constexpr std::size_t reasons_max = 20;
constexpr std::chrono::seconds forecast_timeout{5};

template <class T>
using answer_callback = std::function<void(answer<T>)>;

// Reads a message where reading may block, then continues in the flow's turn.
template <class T>
void with_message(delivery_state& state, const message_id& id, answer_callback<T> then,
                  std::function<void(const stored_message&, answer_callback<T>)> use) {
  state.read([id, then = std::move(then), use = std::move(use)](const spool_reader& reader) {
    auto found = std::make_shared<result<stored_message>>(reader.read_whole_story(id));
    return [found, then, use] {
      if (!*found)
        return then({found->error()});
      use(found->value(), then);
    };
  });
}

std::string overall_state(const message_report& report) {
  auto least = recipient_state::cancelled;
  for (const auto& each : report.recipients)
    least = std::min(least, each.state);
  return std::string{to_string(least)};
}

// Collects the forecasts of several recipients; answers when the last one is in.
struct why_collection {
  why_report report;
  std::size_t missing = 0;
  answer_callback<why_report> then;

  void one_done() {
    if (--missing == 0)
      then({std::move(report)});
  }
};

void explain(delivery_state::self_pointer self, delivery_state& state, const stored_message& stored,
             answer_callback<why_report> then) {
  auto places = waiting_places(stored, state.flow().queue(), state.flow().links(),
                               state.steady_now(), state.wall_now(), reasons_max);
  auto all = std::make_shared<why_collection>();
  all->report.id = stored.message.id;
  all->report.state = overall_state(to_report(stored, state.flow().queue()));
  all->then = std::move(then);
  all->missing = 1;
  for (auto& place : places) {
    all->report.reasons.push_back(std::move(place.reason));
    if (!place.ahead)
      continue;
    ++all->missing;
    forecast_release question{state.addresses_of(stored.message.pool), place.where.sender_domain,
                              stored.message.importance, *place.ahead, place.where.provider};
    const auto index = all->report.reasons.size() - 1;
    self->request(state.ports().warmup, forecast_timeout, std::move(question))
        .then(
            [all, index](const answer<release_forecast>& forecast) {
              if (forecast.value)
                add_forecast(all->report.reasons[index], forecast.value.value());
              all->one_done();
            },
            [all](const caf::error&) { all->one_done(); });
  }
  if (!places.empty())
    std::ranges::move(common_reasons(stored.message.pool, state.find_pool(stored.message.pool),
                                     state.flow().sends()),
                      std::back_inserter(all->report.reasons));
  all->one_done();
}

constexpr std::size_t oldest_max = 50;

/// Reads when the fronts of the first lanes were accepted: one entry and one message of each.
void find_oldest(delivery_state& state, const std::vector<queue_report>& rows,
                 std::function<void(std::size_t, wall_time)> found, std::function<void()> then) {
  std::vector<std::pair<std::size_t, storage::lane_position>> fronts;
  for (const auto& lane : state.flow().queue().statuses()) {
    if (lane.waiting == 0 || fronts.size() == oldest_max)
      continue;
    const auto row = std::ranges::find_if(rows, [&](const queue_report& each) {
      return each.state != "deferred" && is_row_of(each, lane.where);
    });
    if (row != rows.end())
      fronts.emplace_back(row - rows.begin(), storage::lane_position{lane.where, lane.front});
  }
  state.read([fronts = std::move(fronts), found = std::move(found),
              then = std::move(then)](const spool_reader& reader) {
    auto times = std::make_shared<std::vector<std::pair<std::size_t, wall_time>>>();
    for (const auto& [row, front] : fronts)
      if (const auto accepted = reader.accepted_at(front); accepted && accepted.value())
        times->emplace_back(row, *accepted.value());
    return [times, found, then] {
      for (const auto& [row, at] : *times)
        found(row, at);
      then();
    };
  });
}

} // namespace

void answer_report(delivery_state& state, const message_id& id,
                   std::function<void(answer<message_report>)> then) {
  with_message<message_report>(state, id, std::move(then),
                               [&state](const stored_message& stored, const auto& reply) {
                                 auto report = to_report(stored, state.flow().queue());
                                 add_feedback(report, stored.feedback);
                                 reply({std::move(report)});
                               });
}

void answer_why(delivery_state::self_pointer self, delivery_state& state, const message_id& id,
                std::function<void(answer<why_report>)> then) {
  with_message<why_report>(state, id, std::move(then),
                           [self, &state](const stored_message& stored, const auto& reply) {
                             explain(self, state, stored, reply);
                           });
}

void answer_list(delivery_state& state, const list_messages& filter,
                 std::function<void(answer<message_page>)> then) {
  state.read([&state, filter, then = std::move(then),
              held = held_lanes(state.flow().queue())](const spool_reader& reader) {
    auto found = std::make_shared<result<spool_reader::page>>(reader.list(filter, held));
    return [&state, found, then] {
      if (!*found)
        return then({found->error()});
      message_page page;
      page.next = found->value().next;
      page.is_whole = found->value().is_whole;
      for (const auto& stored : found->value().items)
        page.items.push_back(to_report(stored, state.flow().queue()));
      then({std::move(page)});
    };
  });
}

void answer_queues(delivery_state::self_pointer self, delivery_state& state, const list_queues& m,
                   std::function<void(answer<std::vector<queue_report>>)> then) {
  constexpr std::size_t forecasts_max = 50;
  struct collection {
    std::vector<queue_report> queues;
    std::size_t missing = 1;
    answer_callback<std::vector<queue_report>> then;
    void one_done() {
      if (--missing == 0)
        then({std::move(queues)});
    }
  };
  auto all = std::make_shared<collection>();
  all->queues = report_queues(state.flow().queue());
  for (auto& each : all->queues)
    if (!each.provider.empty())
      each.last_reply = state.retries().last_reply(
          each.pool, storage::counted_provider(provider_name{each.provider}));
  if (m.with_retries)
    state.retries().add_to(all->queues, state.wall_now());
  all->then = std::move(then);
  if (m.with_forecast) {
    ++all->missing;
    find_oldest(
        state, all->queues,
        [all](std::size_t at, wall_time oldest) {
          auto& known = all->queues[at].oldest_at;
          known = std::min(known.value_or(oldest), oldest);
        },
        [all] { all->one_done(); });
  }
  for (std::size_t at = 0, asked = 0; m.with_forecast && at < all->queues.size(); ++at) {
    const auto& queue = all->queues[at];
    if (queue.state != "held")
      continue;
    if (++asked > forecasts_max)
      break;
    ++all->missing;
    self->request(state.ports().warmup, forecast_timeout,
                  forecast_release{state.addresses_of(queue.pool), domain_name{queue.sender_domain},
                                   queue.importance, queue.waiting - 1,
                                   provider_name{queue.provider}})
        .then(
            [all, at](const answer<release_forecast>& forecast) {
              if (forecast.value)
                all->queues[at].empty_at = forecast.value.value().expected_at;
              all->one_done();
            },
            [all](const caf::error&) { all->one_done(); });
  }
  all->one_done();
}

void answer_timeline(delivery_state& state, const tell_timeline& question,
                     std::function<void(answer<message_timeline>)> then) {
  with_message<message_timeline>(
      state, question.id, std::move(then),
      [recipient = question.recipient](const stored_message& stored, const auto& reply) {
        reply({timeline_of(stored, recipient)});
      });
}

void answer_retry(delivery_state& state, const message_id& id,
                  std::function<void(answer<message_report>)> then) {
  state.flow().retry(id, [&state, id, then = std::move(then)](const result<void>& due) {
    if (!due)
      return then({due.error()});
    answer_report(state, id, then);
  });
}

void answer_cancel(delivery_state& state, const message_id& id,
                   std::function<void(answer<message_report>)> then) {
  state.flow().cancel(id, [&state, id, then = std::move(then)](const result<void>& ended) {
    if (!ended)
      return then({ended.error()});
    answer_report(state, id, then);
  });
}

} // namespace warmfront

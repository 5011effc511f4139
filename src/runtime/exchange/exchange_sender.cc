// SPDX-License-Identifier: Apache-2.0
#include "runtime/exchange/exchange_sender.h"

namespace millrace {

ExchangeSender::ExchangeSender(std::vector<ExchangeQueue*> queues, std::unique_ptr<KeyCodec> codec)
    : queues_(std::move(queues)),
      codec_(std::move(codec)),
      pending_(queues_.size()),
      rows_(queues_.size()) {}

void ExchangeSender::Send(const Event& event) {
  if (const auto* batch = std::get_if<Batch>(&event)) {
    SendBatch(*batch);
    return;
  }
  for (size_t shard = 0; shard < queues_.size(); ++shard) {
    if (queues_[shard] != nullptr) Enqueue(shard, event);
  }
}

void ExchangeSender::SendBatch(const Batch& batch) {
  if (codec_ == nullptr) {
    Enqueue(0, batch);
    return;
  }
  codec_->Encode(batch, &keys_);
  for (auto& rows : rows_) rows.clear();
  const int shards = static_cast<int>(queues_.size());
  for (size_t row = 0; row < keys_.hashes.size(); ++row) {
    const int shard = ShardOf(KeyGroupOf(keys_.hashes[row]), shards);
    rows_[static_cast<size_t>(shard)].push_back(static_cast<int32_t>(row));
  }
  for (size_t shard = 0; shard < queues_.size(); ++shard) {
    if (rows_[shard].empty()) continue;
    const bool all = rows_[shard].size() == static_cast<size_t>(batch.num_rows);
    Enqueue(shard, all ? batch : batch.Take(rows_[shard]));
  }
}

void ExchangeSender::Enqueue(size_t shard, Event event) {
  if (pending_[shard].empty() && queues_[shard]->TryPush(event)) return;
  pending_[shard].push_back(std::move(event));
  ++waiting_;
}

bool ExchangeSender::Flush() {
  for (size_t shard = 0; waiting_ > 0 && shard < queues_.size(); ++shard) {
    std::deque<Event>& pending = pending_[shard];
    while (!pending.empty() && queues_[shard]->TryPush(pending.front())) {
      pending.pop_front();
      --waiting_;
    }
  }
  return waiting_ == 0;
}

}  // namespace millrace

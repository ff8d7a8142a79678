"""The sequence classifier: embedding, LSTM, linear layer on its last state."""

from torch import Tensor, nn


class LSTMClassifier(nn.Module):
    def __init__(self, tokens: int, embedding: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(tokens, embedding)
        self.lstm = nn.LSTM(embedding, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, outputs)

    def forward(self, ids: Tensor) -> Tensor:  # (B, T), int64
        states, _ = self.lstm(self.embedding(ids))  # (B, T, hidden)
        logits: Tensor = self.fc(states[:, -1])
        return logits


def build(shape: list[int], outputs: int, tokens: int, embedding: int, hidden: int) -> nn.Module:
    return LSTMClassifier(tokens, embedding, hidden, outputs)

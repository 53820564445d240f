// SPDX-License-Identifier: Apache-2.0

/// An enumeration under way, with what was asked about last. Saved as nothing: it is made again from what is known.
struct PuzzleSearch: Sendable, Codable {
  var enumerator: MiniEnumerator?
  var numbers: [Int] = []
  var waiting: [MiniEnumerator.Candidate] = []

  init() {}

  init(from decoder: any Decoder) throws {}

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(0)
  }

  /// What waits for its answer, else as many more.
  mutating func next(_ count: Int) -> [MiniEnumerator.Candidate] {
    if waiting.isEmpty {
      while waiting.count < count, let candidate = enumerator?.next() { waiting.append(candidate) }
    }
    return waiting
  }
}

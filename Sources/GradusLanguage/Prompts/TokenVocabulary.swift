// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Words that prompts are made of, with their places in space where they are known.
public struct TokenVocabulary: Sendable, Codable, Hashable {
  public private(set) var words: [String]
  /// One place for each word, all of one dimension; or none.
  public private(set) var places: [[Double]]

  /// Throws where words and places do not fit together.
  public init(_ words: [String], places: [[Double]] = []) throws(WorkflowError) {
    guard places.isEmpty || places.count == words.count else {
      throw WorkflowError(
        "\(words.count) words of a vocabulary have \(places.count) places; give each its own, or none")
    }
    guard places.allSatisfy({ $0.count == places[0].count && $0.allSatisfy(\.isFinite) }) else {
      throw WorkflowError(
        "the places of a vocabulary are not finite points of one dimension; embed all words by one model")
    }
    self.words = words
    self.places = places
  }

  /// Words with the places that a model gives them.
  public init(_ words: [String], embeddedBy model: any ModelService) async throws {
    let reply = try await model.reply(to: ModelRequest(.embedding(words)))
    try self.init(words, places: reply.embeddings)
  }

  /// Indices of at most `count` words that stand for all: those nearest to the centers of as many groups. All words where there are no
  /// more, or no places.
  func representatives(_ count: Int, random: RandomStream) -> [Int] {
    guard count > 0, count < words.count, !places.isEmpty else { return Array(words.indices) }
    return KMeans(places, count: count, random: random).representatives(places)
  }
}

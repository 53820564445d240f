// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Finds the texts that have most in common with another, by their words.
///
///     tf–idf:   w(word) = count · (ln((1 + N)/(1 + n(word))) + 1),   n: texts with the word, N: all;   similarity = cosine
///
/// Words are runs of letters and digits in lower case; a plural `s` is taken off.
public struct TextIndex: Sendable {
  private let vectors: [[String: Double]]
  private let weights: [String: Double]
  private let unseen: Double

  public init(_ texts: [String]) {
    let counts = texts.map(Self.counts)
    var frequency: [String: Double] = [:]
    for word in counts.flatMap(\.keys) { frequency[word, default: 0] += 1 }
    let all = Double(texts.count)
    weights = frequency.mapValues { VectorMath.log((1 + all) / (1 + $0)) + 1 }
    unseen = VectorMath.log(1 + all) + 1
    let known = weights
    vectors = counts.map { Self.unit($0, known, 0) }
  }

  private static func counts(_ text: String) -> [String: Double] {
    var counts: [String: Double] = [:]
    for word in text.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
      let isPlural = word.count > 3 && word.hasSuffix("s") && !word.hasSuffix("ss")
      counts[String(isPlural ? word.dropLast() : word), default: 0] += 1
    }
    return counts
  }

  /// Length 1, or nothing where there are no words. Sums go by the order of the words, so that they are the same each time.
  private static func unit(_ counts: [String: Double], _ weights: [String: Double], _ unseen: Double) -> [String:
    Double]
  {
    let vector = counts.map { ($0.key, $0.value * (weights[$0.key] ?? unseen)) }.sorted { $0.0 < $1.0 }
    let length = vector.reduce(0) { $0 + $1.1 * $1.1 }.squareRoot()
    return length > 0 ? Dictionary(uniqueKeysWithValues: vector.map { ($0.0, $0.1 / length) }) : [:]
  }

  /// From 0, nothing in common, to 1, the same words as often; one for each text.
  public func similarities(to text: String) -> [Double] {
    let own = Self.unit(Self.counts(text), weights, unseen).sorted { $0.key < $1.key }
    return vectors.map { vector in own.reduce(0) { $0 + $1.value * (vector[$1.key] ?? 0) } }
  }

  /// The numbers of the texts that are nearest, the nearest first; of equals the first.
  public func nearest(to text: String, most: Int) -> [Int] {
    let found = similarities(to: text)
    return found.indices.sorted { (-found[$0], $0) < (-found[$1], $1) }.prefix(max(0, most)).map { $0 }
  }
}

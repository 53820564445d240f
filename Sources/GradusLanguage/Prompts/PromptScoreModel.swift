// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics

/// Forecasts the score of a prompt from those of others: ridge regression on the words and pairs of words that it contains.
///
///     k(a, b) = |F(a) ∩ F(b) ∖ C| / s,   F: words and neighboring pairs, without regard to case, C: those of all prompts,
///                s: the mean of |F ∖ C|;   so a word that was never seen is worth nothing, and costs nothing
///     forecast  ȳ + k·α,   (K + λI)·α = y − ȳ,   λ the one of a few with the smallest error when one prompt is left out
///     left out  eᵢ = αᵢ / ((K + λI)⁻¹)ᵢᵢ,   trust = 1 − Σe²/Σ(y − ȳ)²
///
/// A trust of 0 is that of the mean. Cost: n³ for n prompts. It stands in for the fine-tuned encoder of the paper, which would need a
/// model to tune.
struct PromptScoreModel: Sendable {
  /// The share of the variance that is forecast of prompts that were left out; at most 1, negative where the mean is better.
  private(set) var trust = -Double.infinity
  /// The place of each feature in a set.
  private let places: [String: Int]
  private let features: [[UInt64]]
  private let scale: Double
  private var weights = Vector([])
  private var mean = 0.0

  init(_ prompts: [String], scores: [Double]) {
    let all = prompts.map(Self.features)
    let common = all.dropFirst().reduce(all.first ?? []) { $0.intersection($1) }
    var places: [String: Int] = [:]
    for feature in all.joined() where !common.contains(feature) && places[feature] == nil {
      places[feature] = places.count
    }
    self.places = places
    features = all.map { Self.set($0, places) }
    let n = prompts.count
    let total = features.reduce(0) { $0 + Self.shared($1, $1) }
    scale = max(1, total / Double(max(1, n)))
    guard n > 2 else { return }
    mean = scores.reduce(0, +) / Double(n)
    let centered = Vector(scores.map { $0 - mean })
    let variance = centered.elements.reduce(0) { $0 + $1 * $1 }
    guard variance > 0 else { return }
    var kernel = Matrix(rowCount: n, columnCount: n)
    for i in 0..<n {
      for j in 0...i {
        kernel[i, j] = Self.shared(features[i], features[j]) / scale
        kernel[j, i] = kernel[i, j]
      }
    }
    for ridge in [0.003, 0.03, 0.3] {
      guard let factor = try? Cholesky(kernel, shift: ridge) else { continue }
      let inverse = factor.solve(Matrix.identity(n))
      let alpha = factor.solve(centered)
      let left = (0..<n).map { alpha[$0] / inverse[$0, $0] }
      let error = left.reduce(0) { $0 + $1 * $1 }
      if 1 - error / variance > trust { (trust, weights) = (1 - error / variance, alpha) }
    }
  }

  func forecast(_ prompt: String) -> Double {
    let own = Self.set(Self.features(prompt), places)
    guard weights.count == features.count else { return mean }
    return features.indices.reduce(mean) { $0 + weights[$1] * Self.shared(own, features[$1]) / scale }
  }

  private static func features(_ text: String) -> Set<String> {
    let words = text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    return Set(words + zip(words, words.dropFirst()).map { "\($0) \($1)" })
  }

  /// A bit for each known feature.
  private static func set(_ features: Set<String>, _ places: [String: Int]) -> [UInt64] {
    var bits = [UInt64](repeating: 0, count: (places.count + 63) / 64)
    for feature in features {
      if let place = places[feature] { bits[place / 64] |= 1 << (place % 64) }
    }
    return bits
  }

  /// How many features two sets share.
  private static func shared(_ a: [UInt64], _ b: [UInt64]) -> Double {
    Double(zip(a, b).reduce(0) { $0 + ($1.0 & $1.1).nonzeroBitCount })
  }
}

// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// How the next token is drawn from scores.
///
///     p ∝ exp(score/temperature);   kept are the likeliest tokens until their p sum to `topP`, the others have none
///
/// A temperature of 0 takes the largest score. Of equal scores the first is the likelier one.
///
/// **Reference** A. Holtzman et al., *The curious case of neural text degeneration*, ICLR 2020, for the nucleus.
public struct TokenSampler: Sendable, Codable, Hashable {
  public var temperature: Double
  public var topP: Double

  public init(temperature: Double = 1, topP: Double = 1) {
    self.temperature = temperature
    self.topP = topP
  }

  /// The probability of each token.
  public func probabilities(_ scores: [Float]) -> [Double] {
    guard let top = scores.max(), let first = scores.firstIndex(of: top) else { return [] }
    guard temperature > 0 else { return scores.indices.map { $0 == first ? 1 : 0 } }
    var weights = scores.map { VectorMath.exp(max(-700, Double($0 - top) / temperature)) }
    let sum = weights.reduce(0, +)
    if topP < 1 {
      let order = weights.indices.sorted { weights[$0] != weights[$1] ? weights[$0] > weights[$1] : $0 < $1 }
      var kept = 0.0
      for (rank, token) in order.enumerated() {
        if rank > 0, kept >= topP * sum { weights[token] = 0 } else { kept += weights[token] }
      }
    }
    let rest = weights.reduce(0, +)
    return weights.map { $0 / rest }
  }

  /// The token at this place, from 0 to 1, of probabilities one after the other.
  public static func token(_ probabilities: [Double], at place: Double) -> Int {
    var left = place
    for (token, p) in probabilities.enumerated() where p > 0 {
      left -= p
      if left < 0 { return token }
    }
    return probabilities.lastIndex { $0 > 0 } ?? 0
  }
}

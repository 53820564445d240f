// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// ChebCB: a contextual bandit for costs that depend smoothly on one number, with Chebyshev fits and inverse-gap weights.
///
///     ŷᵢ(c) = Σⱼ θᵢⱼ·Tⱼ(c)/(K·N),  j < m,   θᵢ = least squares over the rounds of arm i,
///             |θᵢ₀| ≤ K,  |θᵢⱼ| ≤ 2·range/j
///     pᵢ = 1/(d + η·(ŷᵢ − ŷ_min)),   the rest to the best arm
///     η = sharpness·2t·√(d·t/(R + 2α²t)),   α = (π + (2/π)·ln(2m + 1))·range/(2·K·N·(m + 1)),   N = 2 + 4·(range/K)·(1 + ln m)
///
/// K and range are the largest cost and the spread of costs so far, R is the sum of squared errors of the predictions. The
/// analysis is for a sharpness of 1; costs that are nearly free of noise bear far more, and explore less.
///
/// **Reference** M. Khodak et al., *Learning to Relax*, ICLR 2024, after D. Foster, A. Rakhlin, ICML 2020 (SquareCB).
public struct ChebyshevChooser: OnlineChooser {
  public let armCount: Int
  public let degree: Int
  /// 1 as analyzed; larger values exploit earlier.
  public let sharpness: Double
  private let lower: Double
  private let upper: Double
  private var gram: [Double]
  private var moments: [Double]
  private var coefficients: [Double]
  private var rounds = 0
  private var squaredErrors = 0.0
  private var largest = 0.0
  private var smallest = Double.infinity

  /// Contexts lie between `lower` and `upper`; those outside are moved to the nearest end.
  public init(armCount: Int, contexts: ClosedRange<Double>, degree: Int = 6, sharpness: Double = 1) {
    precondition(armCount > 0 && degree > 0 && sharpness > 0, "a chooser needs arms, features and a sharpness")
    precondition(contexts.lowerBound < contexts.upperBound, "contexts need an interval")
    self.armCount = armCount
    self.degree = degree
    self.sharpness = sharpness
    lower = contexts.lowerBound
    upper = contexts.upperBound
    gram = [Double](repeating: 0, count: armCount * degree * degree)
    moments = [Double](repeating: 0, count: armCount * degree)
    coefficients = moments
  }

  private var spread: Double { max(0, largest - smallest) }
  /// K·N, the scale of predictions.
  private var scale: Double {
    let ratio = largest > 0 ? spread / largest : 0
    return max(largest, 1) * (2 + 4 * ratio * (1 + naturalLogarithm(Double(degree))))
  }

  /// T₀ … T_{m−1} at the context.
  private func features(_ context: Double) -> [Double] {
    let c = max(-1, min(1, (2 * context - lower - upper) / (upper - lower)))
    var t = [1.0, c]
    while t.count < degree { t.append(2 * c * t[t.count - 1] - t[t.count - 2]) }
    return Array(t.prefix(degree))
  }

  private func prediction(_ arm: Int, _ t: [Double]) -> Double {
    (0..<degree).reduce(0.0) { $0 + coefficients[arm * degree + $1] * t[$1] }
  }

  /// The predicted cost of an arm.
  public func predictedCost(arm: Int, context: Double) -> Double { prediction(arm, features(context)) }

  public mutating func choose(context: Double, random: inout RandomStream) -> Choice {
    let t = features(context)
    let d = Double(armCount)
    let round = Double(rounds + 1)
    let scaled = (0..<armCount).map { prediction($0, t) / scale }
    let least = scaled.min() ?? 0
    let best = scaled.firstIndex(of: least) ?? 0
    let m = Double(degree)
    let alpha = (Double.pi + 2 / Double.pi * naturalLogarithm(2 * m + 1)) * spread / (2 * scale * (m + 1))
    let noise = squaredErrors + 2 * alpha * alpha * round
    let eta = noise > 0 ? sharpness * 2 * round * (d * round / noise).squareRoot() : 0
    var p = scaled.map { 1 / (d + eta * ($0 - least)) }
    p[best] = 0
    p[best] = 1 - p.reduce(0, +)
    let arm = random.categorical(p)
    return Choice(arm: arm, probability: p[arm], context: context)
  }

  public mutating func learn(_ choice: Choice, cost: Double) {
    precondition(cost >= 0 && cost.isFinite, "costs are finite and not negative")
    let t = features(choice.context)
    let error = (prediction(choice.arm, t) - cost) / scale
    rounds += 1
    largest = max(largest, cost)
    smallest = min(smallest, cost)
    squaredErrors += error * error
    let g = choice.arm * degree * degree
    for i in 0..<degree {
      moments[choice.arm * degree + i] += cost * t[i]
      for j in 0..<degree { gram[g + i * degree + j] += t[i] * t[j] }
    }
    fit(choice.arm)
  }

  /// Least squares in the box of the coefficients, by coordinate descent from the last fit.
  private mutating func fit(_ arm: Int) {
    let (g, h) = (arm * degree * degree, arm * degree)
    for _ in 0..<60 {
      var change = 0.0
      for i in 0..<degree {
        let curvature = gram[g + i * degree + i]
        guard curvature > 0 else { continue }
        var slope = -moments[h + i]
        for j in 0..<degree { slope += gram[g + i * degree + j] * coefficients[h + j] }
        let limit = i == 0 ? largest : 2 * spread / Double(i)
        let next = max(-limit, min(limit, coefficients[h + i] - slope / curvature))
        change = max(change, abs(next - coefficients[h + i]))
        coefficients[h + i] = next
      }
      if change <= 1e-9 * max(1, largest) { break }
    }
  }
}

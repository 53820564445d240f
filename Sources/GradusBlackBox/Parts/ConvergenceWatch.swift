// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Decides when a run of CMA-ES can gain nothing more.
///
/// - values: the best values of the last 10 + 30n/λ generations and the values of the present one lie within `tolerance`,
///   or within rounding errors of each other;
/// - steps: every standard deviation and the path are below 10⁻¹² of the box;
/// - flatness: three quarters of two generations in a row are equal;
/// - stagnation: the medians of best and of median values did not improve over the last 30 % of the run, at least
///   120 + 30n/λ generations;
/// - condition: the axes differ by more than 10⁷, or the step does not move the mean any more.
///
/// **Reference** N. Hansen, *Benchmarking a BI-population CMA-ES on the BBOB-2009 function testbed*, GECCO 2009, section 2.
struct ConvergenceWatch: Sendable, Codable {
  let tolerance: Double
  private let recent: Int
  private let stagnation: Int
  private var bests: Buffer<Double> = []
  private var medians: Buffer<Double> = []
  private var flat = 0

  static let leastStep = 1e-12

  init(dimension: Int, population: Int, tolerance: Double) {
    self.tolerance = tolerance
    let share = 30 * Double(dimension) / Double(population)
    recent = 10 + Int(share.rounded(.up))
    stagnation = 120 + Int(share)
  }

  /// True when the run should end after this generation, whose values are given best first.
  mutating func isOver(_ values: [Double], _ d: SearchDistribution) -> Bool {
    let n = values.count
    bests.elements.append(values[0])
    medians.elements.append(values[n / 2])
    flat = values[0] < values[3 * n / 4] ? 0 : flat + 1
    if flat > 1 { return true }
    return isLevel(values) || isTiny(d) || isIllConditioned(d) || isStagnant(d)
  }

  private func isLevel(_ values: [Double]) -> Bool {
    guard bests.count >= recent, let worst = values.last, worst.isFinite else { return false }
    var (low, high) = (values[0], worst)
    for value in bests.elements.suffix(recent) {
      low = min(low, value)
      high = max(high, value)
    }
    return high - low <= max(tolerance, 4 * low.ulp)
  }

  private func isTiny(_ d: SearchDistribution) -> Bool {
    for i in 0..<d.dimension
    where d.deviation(i) >= Self.leastStep || d.sigma * abs(d.covariancePath[i]) >= Self.leastStep { return false }
    return true
  }

  private func isIllConditioned(_ d: SearchDistribution) -> Bool {
    guard d.sigma.isFinite, let least = d.axes.elements.min(), let most = d.axes.elements.max() else { return true }
    if most > 1e7 * least || d.sigma * most > 1e20 { return true }
    for i in 0..<d.dimension where d.mean[i] + 0.2 * d.deviation(i) == d.mean[i] { return true }
    let axis = d.generation % max(1, d.dimension)
    let reach = 0.1 * d.sigma * d.axes[axis]
    if d.isDiagonal { return d.mean[axis] + reach == d.mean[axis] }
    return (0..<d.dimension).allSatisfy { d.mean[$0] + reach * d.basis[axis * d.dimension + $0] == d.mean[$0] }
  }

  private func isStagnant(_ d: SearchDistribution) -> Bool {
    let window = max(stagnation, 3 * bests.count / 10)
    guard bests.count > window, bests.count % 8 == 0 else { return false }
    return Self.stands(bests.elements.suffix(window)) && Self.stands(medians.elements.suffix(window))
  }

  /// True when the last 20 values are not better than the first 20, by their medians.
  private static func stands(_ history: ArraySlice<Double>) -> Bool {
    history.suffix(20).sorted()[10] >= history.prefix(20).sorted()[10]
  }
}

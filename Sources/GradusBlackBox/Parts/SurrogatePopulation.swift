// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// What CMA-ES asks instead of the function.
public enum Surrogate: String, Sendable, Codable, CaseIterable {
  case none
  /// A polynomial of degree one or two through the latest points.
  case quadratic
}

/// A population whose ranks come from a model as far as it knows them.
///
///     a few of the λ, those that the model ranks first, are evaluated and enter the archive, the model is fitted again;
///     Kendall's τ of model and function over the latest points ≥ 0.85: the model ranks the rest;  else half as many more
///
/// The archive holds twice as many points as the largest model has coefficients. The model is linear, diagonal or full, the
/// richest that has 1.1 points a coefficient; weights fall from 20 to 1 with the rank of the values.
///
/// **Reference** N. Hansen, *A global surrogate assisted CMA-ES*, GECCO 2019.
struct SurrogatePopulation: Sendable, Codable {
  private let shapes: [RegressionModel.Shape]
  private let capacity: Int
  /// The archive, latest last.
  private var points: [[Double]] = []
  private var values: [Double] = []
  private(set) var model: RegressionModel?
  /// Points that the model does not know yet.
  private var unseen = 0
  /// The candidates in coordinates, and what is known of them: infinite where the evaluation failed.
  private var candidates: [[Double]] = []
  private var known: [Double?] = []
  /// The candidates that are being evaluated.
  private(set) var batch: [Int] = []

  static let accepted = 0.85
  /// The most coordinates of a full model, and of any.
  static let mostForFull = 30
  static let mostForAny = 100

  init(dimension n: Int, population: Int, diagonal: Bool) {
    shapes = n > Self.mostForFull || diagonal ? [.linear, .diagonal] : [.linear, .diagonal, .full]
    capacity = max(population, 2 * (shapes.last?.termCount(n) ?? 0))
  }

  /// Chooses what is evaluated first.
  mutating func begin(_ candidates: [[Double]]) {
    self.candidates = candidates
    known = candidates.map { _ in nil }
    let share = max(0.02 * Double(candidates.count), 4 / 0.75 - Double(points.count))
    choose(1 + Int(max(0, share)))
  }

  /// Takes the values of the batch, infinite for failures. The values of all candidates when nothing more is to be asked, by
  /// the function or by the model; nil when another batch is.
  mutating func hear(_ heard: [Double], around d: SearchDistribution) -> [Double]? {
    // Those the model thinks best come last, so that they stay longest.
    for (i, value) in zip(batch, heard).reversed() {
      known[i] = value
      guard value.isFinite else { continue }
      points.append(candidates[i])
      values.append(value)
    }
    if points.count > capacity {
      points.removeFirst(points.count - capacity)
      values.removeFirst(values.count - capacity)
    }
    unseen += batch.count
    if unseen >= patience { fit(d) }
    let count = known.count { $0 != nil }
    guard count < candidates.count else { return known.map { $0 ?? .infinity } }
    var isRight = rankCorrelation(evaluated: count) >= Self.accepted
    if !isRight, unseen > 0 {
      fit(d)
      isRight = rankCorrelation(evaluated: count) >= Self.accepted
    }
    if let model, isRight {
      let guesses = candidates.map { model.value(at: $0) }
      // In units of the function: the end of a run is judged by differences of values.
      let lowest = values.indices.min { values[$0] < values[$1] }
      let shift = lowest.map { values[$0] - model.value(at: points[$0]) } ?? 0
      return zip(guesses, known).map { guess, truth in truth == .infinity ? .infinity : guess + shift }
    }
    choose(max(1, count / 2))
    return nil
  }

  /// The `count` candidates that the model ranks first among those that are not evaluated.
  private mutating func choose(_ count: Int) {
    var open = candidates.indices.filter { known[$0] == nil }
    if let model {
      let guesses = candidates.map { model.value(at: $0) }
      open.sort { (guesses[$0], $0) < (guesses[$1], $1) }
    }
    batch = Array(open.prefix(count))
  }

  /// New points after which the model is fitted again even while it ranks well: a fit costs as the cube of its terms.
  private var patience: Int { max(1, (model?.termCount ?? 0) / 20) }

  private mutating func fit(_ d: SearchDistribution) {
    model = nil
    unseen = 0
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    let count = Double(max(1, values.count - 1))
    var weights = [Double](repeating: 1, count: values.count)
    for (rank, k) in order.enumerated() { weights[k] = 20 - 19 * Double(rank) / count }
    for shape in shapes.reversed() where Double(values.count) >= 1.1 * Double(shape.termCount(d.dimension)) {
      model = RegressionModel(shape, points: points, values: values, weights: weights, around: d)
      if model != nil { return }
    }
  }

  /// Kendall's τ over the latest points of the archive; ties count as disagreement.
  private func rankCorrelation(evaluated: Int) -> Double {
    guard let model else { return 0 }
    let wanted = max(15, min(1.2 * Double(evaluated), 0.75 * Double(candidates.count)))
    let latest = points.indices.suffix(Int(wanted.rounded(.up)))
    guard latest.count > 1 else { return 0 }
    let guesses = latest.map { model.value(at: points[$0]) }
    let truths = latest.map { values[$0] }
    var sum = 0
    for i in guesses.indices {
      for j in 0..<i {
        let product = (guesses[i] - guesses[j]) * (truths[i] - truths[j])
        sum += product > 0 ? 1 : -1
      }
    }
    return 2 * Double(sum) / Double(guesses.count * (guesses.count - 1))
  }
}

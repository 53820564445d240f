// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// What predicted numbers are judged by, in the user's unit: RMSE, MAE, R², and the rank correlation of Spearman. Of several
/// outputs, RMSE and MAE are over all of them, R² and ρ means over outputs.
public struct RegressionTally: MetricTally {
  private var errors: [RegressionErrors] = []
  private var predicted: [[Double]] = []
  private var actual: [[Double]] = []

  public init() {}

  public mutating func add(_ outputs: Tensor, _ targets: BatchTargets) throws {
    guard case .numbers(let numbers, let scaling) = targets else { return }
    let t = try numbers.value.doubles, p = outputs.doubles
    let width = numbers.shape[-1]
    if errors.isEmpty {
      errors = [RegressionErrors](repeating: .init(), count: width)
      predicted = [[Double]](repeating: [], count: width)
      actual = predicted
    }
    for (k, (p, t)) in zip(p, t).enumerated() {
      let j = k % width
      let (p, t) = (scaling?.restored(p, column: j) ?? p, scaling?.restored(t, column: j) ?? t)
      errors[j].add(p, target: t)
      predicted[j].append(p)
      actual[j].append(t)
    }
  }

  public var metrics: [Metric] {
    guard let first = errors.first, first.count > 0 else { return [] }
    func mean(_ list: [Double]) -> Double { list.reduce(0, +) / Double(list.count) }
    var list = [
      Metric("RMSE", mean(errors.map { $0.rootMeanSquare * $0.rootMeanSquare }).squareRoot(), isBetterHigher: false),
      Metric("MAE", mean(errors.map(\.meanMagnitude)), isBetterHigher: false),
    ]
    let shares = errors.compactMap(\.determination)
    if shares.count == errors.count { list.append(Metric("R²", mean(shares), isBetterHigher: true)) }
    let ranks = zip(predicted, actual).compactMap { RankStatistics.spearman($0, $1) }
    if ranks.count == errors.count { list.append(Metric("Spearman", mean(ranks), isBetterHigher: true)) }
    return list
  }
}

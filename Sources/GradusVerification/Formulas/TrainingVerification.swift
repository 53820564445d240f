// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusModeling
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension Verifier {
  /// Recomputes the claims of an answer to a training problem from the table itself.
  ///
  /// Features are standardized, scored and summed here in two doubles a number; a gradient g proves the bound
  /// f − n|g|²/2, because the ridge makes the objective strongly convex with modulus 1/n.
  public func verify(
    _ training: TrainingProblem, of table: DataTable, _ answer: ResultDocument
  ) -> VerificationReport {
    var verification = TrainingVerification(training, table, answer)
    verification.run()
    return verification.report
  }
}

/// One answer to a training problem on its way through the checks.
struct TrainingVerification: AnswerCheck {
  let training: TrainingProblem
  let table: DataTable
  let answer: ResultDocument
  let tolerances: Tolerances
  let form: StandardForm
  var report = VerificationReport()

  init(_ training: TrainingProblem, _ table: DataTable, _ answer: ResultDocument) {
    self.training = training
    self.table = table
    self.answer = answer
    tolerances = answer.tolerances.capped
    let zeros = [Double](repeating: 0, count: training.dimension)
    form = StandardForm(
      costs: zeros, matrix: SparseMatrix(rowCount: 0, columnCount: zeros.count, triplets: []), rowLower: [],
      rowUpper: [], columnLower: zeros.map { $0 - .infinity }, columnUpper: zeros.map { $0 + .infinity },
      columnNames: training.weightNames)
  }

  var fingerprint: UInt64 { training.fingerprint }

  mutating func run() {
    checkHead()
    switch answer.status {
    case .infeasible, .locallyInfeasible, .unbounded, .infeasibleOrUnbounded:
      return report.add(
        "status", .refuted, "a training problem has exactly one minimum, it is not \(answer.status.rawValue)")
    default: break
    }
    guard let weights = usablePoint() else {
      if report["point"] == nil, answer.status.isStatement {
        report.add("point", .refuted, "'\(answer.status.rawValue)' is claimed without a point")
      }
      return
    }
    guard weights.allSatisfy(\.isFinite) else {
      return report.add("point", .refuted, "a weight is not a finite number")
    }
    let (value, gradient) = objective(weights)
    let square = gradient.reduce(0) { $0 + $1 * $1 }
    let gap = 0.5 * Double(table.rowCount) * square
    report.add("point", .confirmed, "every weight is a finite number")
    compareObjective(with: value)
    checkBound(value, gap)
    guard [.optimal, .locallyOptimal, .stationary].contains(answer.status) else { return }
    let allowed = max(tolerances.gapAbsolute, min(1e-6, tolerances.gapRelative) * max(1, abs(value)))
    let residuals = ["gap": gap, "gradientNorm": square.squareRoot()]
    if gap <= allowed {
      report.add("optimality", .confirmed, "the minimum is at most \(gap) below the objective", residuals)
    } else if answer.status == .stationary, square.squareRoot() <= tolerances.stationarity {
      report.add("optimality", .confirmed, "the gradient vanishes", residuals)
    } else {
      report.add(
        "optimality", .refuted, "the gradient proves no more than that the minimum is at most \(gap) below", residuals)
    }
  }

  private mutating func checkBound(_ value: Double, _ gap: Double) {
    guard let bound = answer.bound else { return }
    let slack = 1e-9 * max(1, abs(value))
    if bound > value + slack {
      report.add("bound", .refuted, "the bound \(bound) lies above the objective at the point")
    } else if bound <= value - gap + slack {
      report.add("bound", .confirmed, "the gradient proves the bound \(bound)")
    } else {
      report.add("bound", .unchecked, "the gradient proves the bound \(value - gap), not \(bound)")
    }
  }

  /// f and ∇f at the weights.
  private func objective(_ weights: [Double]) -> (value: Double, gradient: [Double]) {
    let (n, p, outputs) = (table.rowCount, table.featureCount, training.outputCount)
    let (means, deviations) = moments()
    var total = DoubleDouble.zero
    var gradient = weights.map { DoubleDouble($0) }
    for w in weights { total += DoubleDouble.product(0.5 * w, w) }
    var row = [Double](repeating: 0, count: p)
    for i in 0..<n {
      for j in 0..<p { row[j] = deviations[j] > 0 ? -means[j] / deviations[j] : 0 }
      for k in table.starts[i]..<table.starts[i + 1] {
        let j = Int(table.features[k])
        row[j] = deviations[j] > 0 ? (table.values[k] - means[j]) / deviations[j] : 0
      }
      let scores = (0..<outputs).map { k in
        (0..<p).reduce(DoubleDouble.zero) { $0 + DoubleDouble.product(row[$1], weights[k * p + $1]) }.rounded
      }
      let (loss, slopes) = Self.loss(scores, training.targets[i], training.task)
      total += DoubleDouble(loss)
      for k in 0..<outputs {
        for j in 0..<p where row[j] != 0 { gradient[k * p + j] += DoubleDouble.product(slopes[k], row[j]) }
      }
    }
    return (total.rounded / Double(n), gradient.map { $0.rounded / Double(n) })
  }

  /// ℓ and its slopes by scores, written out without regard to cost.
  private static func loss(_ s: [Double], _ y: Double, _ task: TrainingTask) -> (Double, [Double]) {
    switch task {
    case .regression: return (0.5 * (s[0] - y) * (s[0] - y), [s[0] - y])
    case .binary:
      let t = -y * s[0]
      // log(1 + eᵗ) and its slope, without overflow.
      let loss = t > 0 ? t + log1p(exp(-t)) : log1p(exp(t))
      return (loss, [-y * exp(t - loss)])
    case .multiclass:
      let top = s.max() ?? 0
      let normalizer = top + log(s.reduce(0) { $0 + exp($1 - top) })
      return (
        normalizer - s[Int(y)], s.indices.map { exp(s[$0] - normalizer) - ($0 == Int(y) ? 1 : 0) }
      )
    }
  }

  /// Means and population standard deviations; 0 for features that are constant.
  private func moments() -> ([Double], [Double]) {
    let (n, p) = (Double(table.rowCount), table.featureCount)
    var sums = [DoubleDouble](repeating: .zero, count: p)
    var stored = [Int](repeating: 0, count: p)
    var first = [Double](repeating: 0, count: p)
    var varies = [Bool](repeating: false, count: p)
    for (feature, x) in zip(table.features, table.values) {
      let j = Int(feature)
      sums[j] += DoubleDouble(x)
      if stored[j] == 0 { first[j] = x } else if first[j] != x { varies[j] = true }
      stored[j] += 1
    }
    let means = sums.map { $0.rounded / n }
    var squares = [DoubleDouble](repeating: .zero, count: p)
    for (feature, x) in zip(table.features, table.values) {
      let d = x - means[Int(feature)]
      squares[Int(feature)] += DoubleDouble.product(d, d)
    }
    let deviations = (0..<p).map { j in
      let absent = table.rowCount - stored[j]
      guard varies[j] || absent > 0 && stored[j] > 0 && first[j] != 0 else { return 0.0 }
      let missing = Double(absent) * DoubleDouble.product(means[j], means[j])
      return ((squares[j] + missing).rounded / n).squareRoot()
    }
    return (means, deviations)
  }
}

// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The objective of a training problem with its derivatives, as a whole and observation by observation.
///
///     ∇f = 1/n Σᵢ rᵢ ⊗ zᵢ + w/n           r = ∂ℓ/∂s:  −yσ(−ys),  softmax(s) − e_y,  s − y
///     ∇²f·D = 1/n Σᵢ (Cᵢ Dzᵢ) ⊗ zᵢ + D/n   C = ∂²ℓ/∂s²:  σ(s)σ(−s),  diag p − ppᵀ,  1
///
/// Cost of a gradient or product: four operations an entry of Z and output.
public struct RegularizedRisk: SecondOrderOracle, FiniteSumOracle {
  public let training: TrainingProblem

  public init(_ training: TrainingProblem) { self.training = training }

  private var n: Int { training.rowCount }
  private var p: Int { training.design.columnCount }

  /// f(w), from the scores alone.
  public func value(at point: Vector) async throws -> Double { risk(point) }

  /// f(w) without waiting.
  public func immediateValue(at point: Vector) throws -> Double? { risk(point) }

  /// f(w) and ∇f(w).
  public func linearization(at point: Vector) async throws -> Linearization<Vector> { whole(point) }

  /// f(w) and ∇f(w) without waiting.
  public func immediateLinearization(at point: Vector) throws -> Linearization<Vector>? { whole(point) }

  /// ∇²f(w)·d.
  public func hessianProduct(at point: Vector, along direction: Vector) async throws -> Vector {
    curved(point, direction)
  }

  /// ∇²f(w)·d without waiting.
  public func immediateHessianProduct(at point: Vector, along direction: Vector) throws -> Vector? {
    curved(point, direction)
  }

  /// ℓ and its gradient for one observation, the ridge included.
  public func linearization(ofTerm index: Int, at point: Vector) async throws -> Linearization<Vector> {
    term(index, point)
  }

  /// The same without waiting.
  public func immediateLinearization(ofTerm index: Int, at point: Vector) throws -> Linearization<Vector>? {
    term(index, point)
  }

  private func check(_ point: Vector) {
    precondition(
      point.count == training.dimension, "\(point.count) weights for a model of \(training.dimension)")
  }

  /// Scores of all rows, output after output.
  private func scores(_ point: Vector) -> [Double] {
    check(point)
    var scores = [Double](repeating: 0, count: n * training.outputCount)
    for k in 0..<training.outputCount {
      var all = scores.mutableSpan
      training.design.multiply(point.elements.span.extracting(k * p..<(k + 1) * p), into: &all, at: k * n)
    }
    return scores
  }

  /// Σ ℓ and the derivatives r in place of the scores.
  private func losses(_ scores: inout [Double]) -> Double {
    let y = training.targets
    var total = 0.0
    switch training.task {
    case .binary:
      for i in 0..<n {
        let margin = y[i] * scores[i]
        total += max(-margin, 0) + log1p(exp(-abs(margin)))
        scores[i] = -y[i] * Self.sigmoid(-margin)
      }
    case .regression:
      for i in 0..<n {
        scores[i] -= y[i]
        total += 0.5 * scores[i] * scores[i]
      }
    case .multiclass:
      for i in 0..<n {
        let own = i + n * Int(y[i])
        let score = scores[own]
        total += softmax(&scores, i) - score
        scores[own] -= 1
      }
    }
    return total
  }

  /// The scores of row i become probabilities; log Σ exp of them.
  private func softmax(_ scores: inout [Double], _ i: Int) -> Double {
    let outputs = training.outputCount
    var largest = -Double.infinity
    for k in 0..<outputs { largest = max(largest, scores[i + n * k]) }
    var sum = 0.0
    for k in 0..<outputs {
      scores[i + n * k] = exp(scores[i + n * k] - largest)
      sum += scores[i + n * k]
    }
    for k in 0..<outputs { scores[i + n * k] /= sum }
    return largest + log(sum)
  }

  private func risk(_ point: Vector) -> Double {
    var scores = scores(point)
    return (losses(&scores) + 0.5 * point.inner(point)) / Double(n)
  }

  private func whole(_ point: Vector) -> Linearization<Vector> {
    var residuals = scores(point)
    let value = (losses(&residuals) + 0.5 * point.inner(point)) / Double(n)
    return Linearization(value: value, gradient: gathered(residuals, point))
  }

  /// 1/n Σ rᵢ ⊗ zᵢ + w/n.
  private func gathered(_ residuals: [Double], _ weights: Vector) -> Vector {
    var gradient = weights
    for k in 0..<training.outputCount {
      var all = gradient.elements.mutableSpan
      training.design.addTransposed(residuals.span.extracting(k * n..<(k + 1) * n), to: &all, at: k * p)
    }
    var all = gradient.elements.mutableSpan
    scale(training.ridge, &all)
    return gradient
  }

  private func curved(_ point: Vector, _ direction: Vector) -> Vector {
    var changes = scores(direction)
    switch training.task {
    case .regression: break
    case .binary:
      let scores = scores(point)
      for i in 0..<n { changes[i] *= Self.sigmoid(scores[i]) * Self.sigmoid(-scores[i]) }
    case .multiclass:
      var probabilities = scores(point)
      for i in 0..<n {
        _ = softmax(&probabilities, i)
        var mean = 0.0
        for k in 0..<training.outputCount { mean += probabilities[i + n * k] * changes[i + n * k] }
        for k in 0..<training.outputCount {
          changes[i + n * k] = probabilities[i + n * k] * (changes[i + n * k] - mean)
        }
      }
    }
    return gathered(changes, direction)
  }

  private func term(_ i: Int, _ point: Vector) -> Linearization<Vector> {
    check(point)
    precondition(training.targets.indices.contains(i), "there is no observation \(i) of \(n)")
    let outputs = training.outputCount
    var gradient = training.ridge * point
    var value = 0.5 * training.ridge * point.inner(point)
    var scores = (0..<outputs).map { training.design.score(i, point.elements.span.extracting($0 * p..<($0 + 1) * p)) }
    let y = training.targets[i]
    switch training.task {
    case .binary:
      let margin = y * scores[0]
      value += max(-margin, 0) + log1p(exp(-abs(margin)))
      scores[0] = -y * Self.sigmoid(-margin)
    case .regression:
      scores[0] -= y
      value += 0.5 * scores[0] * scores[0]
    case .multiclass:
      let largest = scores.max() ?? 0
      let sum = scores.reduce(0) { $0 + exp($1 - largest) }
      value += largest + log(sum) - scores[Int(y)]
      scores = scores.map { exp($0 - largest) / sum }
      scores[Int(y)] -= 1
    }
    for k in 0..<outputs {
      var all = gradient.elements.mutableSpan
      training.design.add(scores[k], row: i, to: &all, at: k * p)
    }
    return Linearization(value: value, gradient: gradient)
  }

  private static func sigmoid(_ z: Double) -> Double { z >= 0 ? 1 / (1 + exp(-z)) : exp(z) / (1 + exp(z)) }
}

// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLinearAlgebra
import GradusNumerics
import GradusSmooth

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The evidence of a truncated process; means and variance are the best for each lengths, share and noise:
///
///     C = K₀ + q·c∘K₁ + ρI,   m = (HᵀC⁻¹H)⁻¹HᵀC⁻¹y,  H the levels of the answers,   v = (y − Hm)ᵀC⁻¹(y − Hm)/n
///     log p = −½(n log v + log|C| + n + n log 2π),   ∂/∂θ = ½ tr((ββᵀ/v − C⁻¹)·∂C/∂θ),   β = C⁻¹(y − Hm)
struct TruncatedEvidence {
  private let inputs: [Vector]
  private let places: [Int]
  private let values: [Double]
  private let fidelities: [Double]
  private let kernel: StationaryKernel
  private let metric: InputMetric
  private let smallestVariance: Double

  init(
    _ inputs: [Vector], _ places: [Int], _ values: [Double], _ fidelities: [Double], _ kernel: StationaryKernel,
    _ metric: InputMetric
  ) {
    precondition(inputs.count == places.count && inputs.count == values.count, "a level and a value for each input")
    self.inputs = inputs
    self.places = places
    self.values = values
    self.fidelities = fidelities
    self.kernel = kernel
    self.metric = metric
    let size = values.reduce(0) { max($0, abs($1)) }
    smallestVariance = 1e-20 * max(1, size * size)
  }

  struct Solved {
    var logEvidence: Double
    var means: [Double]
    var variance: Double
    var factor: Cholesky
    var residuals: [Double]
    /// β.
    var dual: Vector
  }

  private func coupling(_ i: Int, _ j: Int) -> Double {
    TruncatedProcess.coupling(fidelities[places[i]], fidelities[places[j]])
  }

  private func square(_ i: Int, _ j: Int, _ weights: [Double]) -> Double {
    var sum = 0.0
    for k in weights.indices { sum += weights[k] * metric.part(k, inputs[i][k], inputs[j][k]) }
    return sum
  }

  func solved(_ p: TruncatedProcess.Parameters) -> Solved? {
    let n = values.count
    let (first, second) = (metric.weights(p.lengths), metric.weights(p.otherLengths))
    var matrix = Matrix(rowCount: n, columnCount: n)
    for j in 0..<n {
      matrix[j, j] = 1 + p.share * coupling(j, j) + p.noiseShare
      for i in j + 1..<max(n, j + 1) {
        let c = p.share * coupling(i, j)
        matrix[i, j] = kernel.correlation(squaredDistance: square(i, j, first))
        if c != 0 { matrix[i, j] += c * kernel.correlation(squaredDistance: square(i, j, second)) }
      }
    }
    guard let factor = try? Cholesky(matrix) else { return nil }
    // Levels without answers have no mean of their own.
    let present = fidelities.indices.filter { places.contains($0) }
    var columns: [Vector] = []
    for level in present { columns.append(factor.solve(Vector(places.map { $0 == level ? 1 : 0 }))) }
    var normal = Matrix(rowCount: present.count, columnCount: present.count)
    var right = Vector.zeros(present.count)
    for (a, column) in columns.enumerated() {
      for (b, level) in present.enumerated() {
        normal[b, a] = places.indices.reduce(0) { places[$1] == level ? $0 + column[$1] : $0 }
      }
      right[a] = column.inner(Vector(values))
    }
    guard let middle = try? Cholesky(normal) else { return nil }
    let found = middle.solve(right)
    var means = [Double](repeating: 0, count: fidelities.count)
    for (a, level) in present.enumerated() { means[level] = found[a] }
    let residuals = places.indices.map { values[$0] - means[places[$0]] }
    let dual = factor.solve(Vector(residuals))
    let variance = max(Vector(residuals).inner(dual) / Double(n), smallestVariance)
    let value = -0.5 * (Double(n) * (log(variance) + 1 + log(2 * Double.pi)) + factor.logDeterminant)
    guard value.isFinite else { return nil }
    return Solved(
      logEvidence: value, means: means, variance: variance, factor: factor, residuals: residuals,
      dual: Vector(dual.elements.map { $0 }))
  }

  /// The evidence with its gradient in log ℓ of k₀, log ℓ of k₁, log q and log ρ.
  func linearized(_ p: TruncatedProcess.Parameters) -> (value: Double, gradient: Vector)? {
    guard let solved = solved(p) else { return nil }
    let (n, groups) = (values.count, metric.groupCount)
    let inverse = solved.factor.solve(Matrix.identity(n))
    let (first, second) = (metric.weights(p.lengths), metric.weights(p.otherLengths))
    var gradient = Vector.zeros(2 * groups + 2)
    let dual = solved.dual
    for j in 0..<n {
      for i in j..<n {
        let pull = dual[i] * dual[j] / solved.variance - inverse[i, j]
        let c = p.share * coupling(i, j)
        if i == j {
          gradient[2 * groups] += 0.5 * pull * c
          gradient[2 * groups + 1] += 0.5 * pull * p.noiseShare
          continue
        }
        // Twice for the two triangles, half for the formula.
        let r = square(i, j, first)
        let slope = -2 * pull * kernel.slope(squaredDistance: r)
        for k in 0..<metric.dimension {
          gradient[metric.groups[k]] += slope * first[k] * metric.part(k, inputs[i][k], inputs[j][k])
        }
        guard c != 0 else { continue }
        let t = square(i, j, second)
        gradient[2 * groups] += pull * c * kernel.correlation(squaredDistance: t)
        let other = -2 * pull * c * kernel.slope(squaredDistance: t)
        for k in 0..<metric.dimension {
          gradient[groups + metric.groups[k]] += other * second[k] * metric.part(k, inputs[i][k], inputs[j][k])
        }
      }
    }
    return (solved.logEvidence, gradient)
  }
}

extension TruncatedProcess {
  /// The process with the most probable parameters under the prior of `SurrogateFit`, q log-normal around 1 with deviation 1;
  /// `last` is where the search begins besides the middle of the prior. nil where no matrix is positive definite.
  static func fitted(
    to data: [LevelData], fidelities: [Double], _ fit: SurrogateFit, _ metric: InputMetric, last: inout Parameters?
  ) -> TruncatedProcess? {
    let inputs = data.flatMap(\.inputs)
    let places = data.indices.flatMap { level in data[level].values.map { _ in level } }
    let values = data.flatMap(\.values)
    let evidence = TruncatedEvidence(inputs, places, values, fidelities, fit.kernel, metric)
    let groups = metric.groupCount
    let center = 2.0.squareRoot() + 0.5 * log(Double(max(1, metric.dimension)))
    let shares = fit.noiseShares
    let lower = [Double](repeating: log(0.005), count: 2 * groups) + [log(1e-4), log(shares.lowerBound)]
    let upper = [Double](repeating: log(1e3), count: 2 * groups) + [log(1e4), log(shares.upperBound)]
    func parameters(_ x: Vector) -> Parameters {
      let e = x.elements.map { exp($0) }
      return Parameters(
        lengths: Vector(Array(e[..<groups])), otherLengths: Vector(Array(e[groups..<2 * groups])),
        share: e[2 * groups], noiseShare: e[2 * groups + 1])
    }
    func objective(_ x: Vector) -> Linearization<Vector> {
      guard let found = evidence.linearized(parameters(x)) else {
        return Linearization(value: .nan, gradient: Vector(repeating: .nan, count: x.count))
      }
      var (value, gradient) = (-found.value, Vector(found.gradient.elements.map { -$0 }))
      for g in 0..<2 * groups {
        value += (x[g] - center) * (x[g] - center) / 6
        gradient[g] += (x[g] - center) / 3
      }
      value += 0.5 * x[2 * groups] * x[2 * groups]
      gradient[2 * groups] += x[2 * groups]
      if let prior = fit.noisePrior {
        let excess = (x[2 * groups + 1] - prior.mean) / prior.deviation
        value += excess * excess / 2
        gradient[2 * groups + 1] += excess / prior.deviation
      }
      return Linearization(value: value, gradient: gradient)
    }
    let noise = fit.noisePrior?.mean ?? log(shares.lowerBound) + 1
    var starts = [log(0.3), min(center, log(1.0))].map {
      Vector([Double](repeating: $0, count: 2 * groups) + [0, noise])
    }
    if let last {
      let logs = (last.lengths.elements + last.otherLengths.elements).map { log($0) }
      starts = [Vector(logs + [log(last.share), log(last.noiseShare)]), starts[1]]
    }
    var best: (value: Double, x: Vector)?
    for start in starts {
      var descent = BoxDescent(.init(), from: start, in: Box(lower: Vector(lower), upper: Vector(upper)))
      for _ in 0..<fit.steps where descent.claim == nil { descent.advance(objective(descent.wanted)) }
      if let here = descent.here, here.value < best?.value ?? .infinity { best = (here.value, descent.x) }
    }
    var found = parameters(best?.x ?? starts[0])
    while found.noiseShare <= 10 {
      if let process = TruncatedProcess(
        at: inputs, levels: places, values: values, fidelities: fidelities, kernel: fit.kernel, metric: metric,
        parameters: found)
      {
        last = found
        return process
      }
      found.noiseShare *= 10
    }
    return nil
  }
}

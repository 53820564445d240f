// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One function drawn from the posterior of a process, with its sign changed: Thompson sampling asks where it is largest.
///
///     f(x) = m + Σᵢ wᵢ√(2s²/M)·cos(ωᵢᵀx + bᵢ) + k(x, X)(K + σ²I)⁻¹(y − m − f₀(X) − ε)
///
/// The sum is a draw f₀ from the prior by M random Fourier features: ω from the spectral density of the kernel, which is normal
/// for the squared exponential and Student's t for Matérn kernels. The last term moves it onto the observations. A
/// category enters the features as one of several orthogonal directions.
///
/// Cost: n² operations once, then M·d + n·d a point.
/// **Reference** A. Rahimi, B. Recht, NeurIPS 2007; J. T. Wilson et al., *Efficiently sampling functions from Gaussian process
/// posteriors*, ICML 2020.
public struct PosteriorPath: Acquisition {
  private let process: GaussianProcess
  /// ω, one row of coordinates after the other; those of categories are zero.
  private var frequencies: [Double]
  private var phases: [Double]
  private var amplitudes: [Double]
  /// What a category adds to each phase: coordinate, then value, then feature.
  private var shifts: [[[Double]]]
  /// How many values a coordinate has; 0 for numbers.
  private let choices: [Int]
  private var pull: [Double]

  /// `choices`: how many values each category has, 0 for numbers; their inputs are (i + ½)/k.
  public init(of process: GaussianProcess, choices: [Int]? = nil, features: Int = 256, random: inout RandomStream) {
    let d = process.metric.dimension
    let choices = choices ?? [Int](repeating: 0, count: d)
    precondition(choices.count == d && features > 0, "a number of values for each coordinate, and some features")
    self.process = process
    self.choices = choices
    frequencies = []
    phases = []
    amplitudes = []
    shifts = choices.map { Array(repeating: [], count: $0) }
    let freedom =
      switch process.kernel {
      case .squaredExponential: 0
      case .matern32: 3
      case .matern52: 5
      }
    let size = (2 * process.variance / Double(features)).squareRoot()
    for _ in 0..<features {
      // z·√(ν/u) with u ∼ χ²_ν is Student's t; all coordinates share u.
      var scale = 1.0
      if freedom > 0 {
        let square = (0..<freedom).reduce(0.0) { sum, _ in
          let z = random.normal()
          return sum + z * z
        }
        scale = (Double(freedom) / max(square, 1e-12)).squareRoot()
      }
      for j in 0..<d {
        let root = process.weights[j].squareRoot() * scale
        if process.metric.isCategory[j] {
          // Directions of length 1/√2 are at distance 1.
          for value in 0..<choices[j] { shifts[j][value].append(root * random.normal() / 2.0.squareRoot()) }
          frequencies.append(0)
        } else {
          frequencies.append(root * random.normal())
        }
      }
      phases.append(random.uniform(0, 2 * .pi))
      amplitudes.append(size * random.normal())
    }
    pull = []
    let n = process.count
    var residual = Vector.zeros(n)
    let deviation = process.noise.squareRoot()
    for i in 0..<n {
      let x = Vector(Array(process.inputs[i * d..<(i + 1) * d]))
      residual[i] = process.observations[i] - process.mean - prior(at: x) - deviation * random.normal()
    }
    pull = process.factor.solve(residual).elements
  }

  private func angle(_ k: Int, _ x: Vector) -> Double {
    let d = x.count
    var sum = phases[k]
    for j in 0..<d {
      sum += frequencies[k * d + j] * x[j]
      if choices[j] > 0, process.metric.isCategory[j] {
        sum += shifts[j][min(max(Int(x[j] * Double(choices[j])), 0), choices[j] - 1)][k]
      }
    }
    return sum
  }

  private func prior(at x: Vector) -> Double {
    phases.indices.reduce(0) { $0 + amplitudes[$1] * cos(angle($1, x)) }
  }

  /// −f(x).
  public func value(at x: Vector) -> Double {
    -(process.mean + prior(at: x) + Vector(process.covariances(with: x)).inner(Vector(pull)))
  }

  public func linearized(at x: Vector) -> (value: Double, gradient: Vector) {
    let d = x.count
    var (value, gradient) = (process.mean, Vector.zeros(d))
    for k in phases.indices {
      let angle = angle(k, x)
      value += amplitudes[k] * cos(angle)
      let slope = -amplitudes[k] * sin(angle)
      for j in 0..<d { gradient[j] += slope * frequencies[k * d + j] }
    }
    value += Vector(process.covariances(with: x)).inner(Vector(pull))
    process.addPriorSlopes(at: x, times: pull, &gradient)
    return (-value, Vector(gradient.elements.map { -$0 }))
  }
}

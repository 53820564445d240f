// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What follows when an evolution strategy has converged.
public enum RestartPolicy: String, Sendable, Codable, CaseIterable {
  /// Nothing: the run ends.
  case none
  /// Again from a random point with twice the population.
  case ipop
  /// `ipop` interlaced with short runs of small populations and step sizes, which get the same number of answers.
  case bipop
}

/// The sizes of the runs that follow each other.
///
///     large: λ ← 2λ, σ = σ₀          small: λ = λ₀(λ_large/(2λ₀))^(u²), σ = σ₀·10^(−2u'),  u, u' ~ U[0, 1]
///
/// **Reference** A. Auger & N. Hansen, *A restart CMA evolution strategy with increasing population size*, CEC 2005;
/// N. Hansen, *Benchmarking a BI-population CMA-ES on the BBOB-2009 function testbed*, GECCO 2009.
struct RestartSchedule: Sendable, Codable {
  let policy: RestartPolicy
  let basePopulation: Int
  private(set) var population: Int
  /// The factor of the first step size.
  private(set) var stepFactor = 1.0
  private var doublings = 0
  private var isLarge = true
  private var spentLarge = 0
  private var spentSmall = 0

  /// The most doublings of the population.
  static let mostDoublings = 9

  init(_ policy: RestartPolicy, population: Int) {
    self.policy = policy
    basePopulation = population
    self.population = population
  }

  /// Decides on the run after one that took `answers`; false when there is none.
  mutating func advance(spent answers: Int, _ random: inout RandomStream) -> Bool {
    guard policy != .none else { return false }
    if doublings > 0 {
      if isLarge { spentLarge += answers } else { spentSmall += answers }
    }
    if policy == .bipop, doublings > 0, spentSmall < spentLarge {
      isLarge = false
      let u = random.uniform()
      let ratio = Double(1 << doublings) / 2
      population = max(2, Int(Double(basePopulation) * pow(ratio, u * u)))
      stepFactor = pow(10, -2 * random.uniform())
      return true
    }
    guard doublings < Self.mostDoublings else { return false }
    doublings += 1
    isLarge = true
    population = basePopulation << doublings
    stepFactor = 1
    return true
  }
}

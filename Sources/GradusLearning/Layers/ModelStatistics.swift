// SPDX-License-Identifier: Apache-2.0
import GradusTensor

/// Means and variances of what flows through a model, over many batches.
///
/// Of two groups with n, μ, σ² and n′, μ′, σ′²: N = n + n′, δ = μ′ − μ, mean μ + δn′/N, variance
/// (nσ² + n′σ′² + δ²nn′/N)/N; in double precision.
///
/// **Reference** T. Chan, G. Golub & R. LeVeque, *Updating formulae and a pairwise algorithm for computing sample
/// variances* (1979); for batch normalization Y. Wu & J. Johnson, *Rethinking "batch" in BatchNorm*, arXiv:2105.07576.
public final class ModelStatistics {
  private struct Moments {
    var count = 0.0
    var mean: [Double]
    var variance: [Double]
  }

  private var moments: [String: (variance: String, moments: Moments)] = [:]
  /// The first failure of a computation that was noted.
  private var failure: (any Error)?

  public init() {}

  func add(mean: (name: String, TracedTensor), variance: (name: String, TracedTensor), count: Int) {
    do {
      let (m, v) = (try mean.1.value.doubles, try variance.1.value.doubles)
      let zero = Moments(mean: m.map { _ in 0 }, variance: m.map { _ in 0 })
      var group = moments[mean.name]?.moments ?? zero
      let n = group.count, more = Double(count), total = n + more
      for i in m.indices {
        let delta = m[i] - group.mean[i]
        group.mean[i] += delta * more / total
        group.variance[i] = (n * group.variance[i] + more * v[i] + delta * delta * n * more / total) / total
      }
      group.count = total
      moments[mean.name] = (variance.name, group)
    } catch {
      failure = failure ?? error
    }
  }

  /// What was gathered, by the names of tensors; throws what a computation failed with.
  func gathered() throws -> [String: [Float]] {
    if let failure { throw failure }
    var numbers: [String: [Float]] = [:]
    for (name, entry) in moments {
      numbers[name] = entry.moments.mean.map { Float($0) }
      numbers[entry.variance] = entry.moments.variance.map { Float($0) }
    }
    return numbers
  }
}

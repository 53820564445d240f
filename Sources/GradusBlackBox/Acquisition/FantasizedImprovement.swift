// SPDX-License-Identifier: Apache-2.0
package import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The logarithm of the improvement that a point is expected to bring beside points that wait for their answers:
///
///     α(x) = ln (1/S) Σₛ E[max(0, y⁺ₛ − f(x)) | draw s]·Π P(gᵢ(x) ≤ 0 | draw s)
///
/// y⁺ₛ is the best of what was heard and of what the waiting points answer in draw s where their constraints hold there. Chosen
/// one after the other, points maximize the improvement that the whole batch is expected to bring greedily. Without y⁺ the
/// constraints alone count.
///
/// **Reference** J. Snoek, H. Larochelle, R. P. Adams, *Practical Bayesian optimization of machine learning algorithms*, NIPS
/// 2012, section 3.2; J. Wilson, F. Hutter, M. Deisenroth, *Maximizing acquisition functions for Bayesian optimization*,
/// NeurIPS 2018, for greedy batches.
package struct FantasizedImprovement: Acquisition {
  package let objective: FantasizedProcess
  package let constraints: [FantasizedProcess]
  /// y⁺ of each draw; nil where no feasible point is known.
  package let bests: [Double]?

  package init(_ objective: FantasizedProcess, bests: [Double]?, constraints: [FantasizedProcess] = []) {
    precondition(bests.map { $0.count == objective.answers.count } ?? true, "a best value for each draw")
    self.objective = objective
    self.bests = bests
    self.constraints = constraints
  }

  package func value(at x: Vector) -> Double { values(at: [x])[0] }

  package func values(at points: [Vector]) -> [Double] {
    let own = bests == nil ? nil : objective.posteriors(at: points)
    let others = constraints.map { $0.posteriors(at: points) }
    return points.indices.map { i in
      var logs = [Double](repeating: 0, count: objective.duals.count)
      if let own, let bests {
        let deviation = LogExpectedImprovement.deviation(own[i].variance, of: objective.process)
        for s in logs.indices {
          logs[s] =
            deviation.logarithm
            + NormalTails.logImprovement((bests[s] - own[i].means[s]) / deviation.value).value
        }
      }
      for (k, other) in others.enumerated() {
        let deviation = LogExpectedImprovement.deviation(other[i].variance, of: constraints[k].process).value
        for s in logs.indices { logs[s] += NormalTails.logCumulative(-other[i].means[s] / deviation).value }
      }
      return LogMean.of(logs)
    }
  }

  package func linearized(at x: Vector) -> (value: Double, gradient: Vector) {
    /// Logarithms of one factor with their derivatives in the means and in the deviation.
    struct Part {
      var process: FantasizedProcess
      var byMean: [Double]
      var byDeviation: [Double]
      var deviation: Double
      var varianceGradient: Vector
      var slopes: [Double]
    }
    var logs = [Double](repeating: 0, count: objective.duals.count)
    var parts: [Part] = []
    func add(_ process: FantasizedProcess, _ term: (Int, Double, Double) -> (Double, Double, Double)) {
      let found = process.linearized(at: x)
      let deviation = LogExpectedImprovement.deviation(found.at.variance, of: process.process).value
      var part = Part(
        process: process, byMean: [], byDeviation: [], deviation: deviation, varianceGradient: found.varianceGradient,
        slopes: found.slopes)
      for s in logs.indices {
        let (log, byMean, byDeviation) = term(s, found.at.means[s], deviation)
        logs[s] += log
        part.byMean.append(byMean)
        part.byDeviation.append(byDeviation)
      }
      parts.append(part)
    }
    if let bests {
      add(objective) { s, mean, deviation in
        let z = (bests[s] - mean) / deviation
        let tail = NormalTails.logImprovement(z)
        return (log(deviation) + tail.value, -tail.slope / deviation, (1 - tail.slope * z) / deviation)
      }
    }
    for constraint in constraints {
      add(constraint) { _, mean, deviation in
        let z = -mean / deviation
        let tail = NormalTails.logCumulative(z)
        return (tail.value, -tail.slope / deviation, -tail.slope * z / deviation)
      }
    }
    let value = LogMean.of(logs)
    let weights = logs.map { exp($0 - value) / Double(logs.count) }
    var gradient = Vector.zeros(x.count)
    for part in parts {
      var byDeviation = 0.0
      for s in weights.indices { byDeviation += weights[s] * part.byDeviation[s] }
      for j in x.indices { gradient[j] += byDeviation * part.varianceGradient[j] / (2 * part.deviation) }
      part.process.addMeanSlopes(
        at: x, part.slopes, times: zip(weights, part.byMean).map { $0 * $1 }, &gradient)
    }
    return (value, gradient)
  }
}

// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Times of tuned contestants over repeated studies, in the manner of external tuning.
///
/// A study tries several settings; its time is that of its fastest trial. The time of a workload is the median over studies,
/// infinite when most of them missed the target.
///
/// **Reference** G. Dahl et al., *Benchmarking neural network training algorithms* (2023), sections 4.3 and 4.4.
public struct RepeatedStudies: Sendable, Hashable {
  /// `times[contestant][workload][study]`: of the fastest trial; infinite where none reached the target.
  public let times: [[[Double]]]

  public init(times: [[[Double]]]) {
    precondition(times.allSatisfy { $0.count == times[0].count }, "every contestant has every workload")
    precondition(times.allSatisfy { $0.allSatisfy { !$0.isEmpty } }, "a workload has at least one study")
    self.times = times
  }

  /// The median of each workload over its studies, the lower of two middle ones: half of the studies reached it.
  public var medians: [[Double]] { times.map { $0.map(Median.lower) } }

  /// The share of bootstrap resamples of studies in which `first` has a score above that of `second`; equal ones count half.
  public func shareOfResamples(
    where first: Int, beats second: Int, variants: [Int: Int] = [:], draws: Int = 1000, horizon: Double = 4,
    stream: RandomStream
  ) -> Double {
    var (stream, total) = (stream, 0.0)
    for _ in 0..<draws {
      let drawn = times.map { workloads in
        workloads.map { studies in
          Median.lower(studies.indices.map { _ in studies[stream.integer(below: studies.count)] })
        }
      }
      let scores = PerformanceProfiles(times: drawn, variants: variants, horizon: horizon).scores
      total += scores[first] > scores[second] ? 1 : scores[first] == scores[second] ? 0.5 : 0
    }
    return total / Double(draws)
  }
}

// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The logarithm of the mean of promises that are logarithms, one for each draw of what is not known yet.
struct MeanPromise: Acquisition {
  let draws: [any Acquisition]

  func value(at x: Vector) -> Double { LogMean.of(draws.map { $0.value(at: x) }) }

  func values(at points: [Vector]) -> [Double] {
    let all = draws.map { $0.values(at: points) }
    return points.indices.map { i in LogMean.of(all.map { $0[i] }) }
  }

  func linearized(at x: Vector) -> (value: Double, gradient: Vector) {
    let all = draws.map { $0.linearized(at: x) }
    let value = LogMean.of(all.map(\.value))
    var gradient = Vector.zeros(x.count)
    for one in all {
      let weight = exp(one.value - value) / Double(all.count)
      for j in x.indices { gradient[j] += weight * one.gradient[j] }
    }
    return (value, gradient)
  }
}

/// ln of the mean of exponentials.
enum LogMean {
  static func of(_ logs: [Double]) -> Double {
    guard let highest = logs.max(), highest.isFinite else { return logs.max() ?? -.infinity }
    return highest + log(logs.reduce(0) { $0 + exp($1 - highest) } / Double(logs.count))
  }
}

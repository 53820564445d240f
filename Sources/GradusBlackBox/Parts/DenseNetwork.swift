// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A small perceptron with leaky rectifiers, for surrogates and codes that live inside a search.
///
///     hₖ = λ(hₖ₋₁Wₖ + bₖ),   λ(z) = z for z > 0, else z/100;   the last map has no rectifier, nor has layer `plain`
///
/// Parameters are one flat array: W₁ (one row an input), b₁, W₂, …
struct DenseNetwork: Sendable, Codable, Hashable {
  /// Inputs, hidden widths, outputs.
  let widths: [Int]
  /// A hidden layer whose numbers may be negative: a code. 0: none.
  let plain: Int

  init(_ widths: [Int], plain: Int = 0) {
    precondition(widths.count >= 2 && widths.allSatisfy { $0 > 0 }, "a network has positive widths, at least two")
    self.widths = widths
    self.plain = plain
  }

  private static var leak: Double { 0.01 }

  var parameterCount: Int { (1..<widths.count).reduce(0) { $0 + (widths[$1 - 1] + 1) * widths[$1] } }

  /// Normal weights of variance 2/inputs, no shifts.
  func start(_ random: inout RandomStream) -> [Double] {
    var parameters: [Double] = []
    for k in 1..<widths.count {
      let deviation = (2 / Double(widths[k - 1])).squareRoot()
      parameters += (0..<widths[k - 1] * widths[k]).map { _ in deviation * random.normal() }
      parameters += [Double](repeating: 0, count: widths[k])
    }
    return parameters
  }

  /// All layers of one input, the input first.
  func layers(_ x: [Double], _ parameters: [Double], through last: Int? = nil) -> [[Double]] {
    var layers = [x]
    var offset = 0
    parameters.withUnsafeBufferPointer { p in
      for k in 1...(last ?? widths.count - 1) {
        let (rows, columns) = (widths[k - 1], widths[k])
        var z = Array(p[offset + rows * columns..<offset + (rows + 1) * columns])
        z.withUnsafeMutableBufferPointer { z in
          for (i, value) in layers[k - 1].enumerated() where value != 0 {
            let row = offset + i * columns
            for j in 0..<columns { z[j] += value * p[row + j] }
          }
          if k < widths.count - 1, k != plain { for j in 0..<columns where z[j] < 0 { z[j] *= Self.leak } }
        }
        layers.append(z)
        offset += (rows + 1) * columns
      }
    }
    return layers
  }

  /// The outputs.
  func outputs(_ x: [Double], _ parameters: [Double]) -> [Double] { layers(x, parameters).last ?? [] }

  /// Adds ∂(cᵀ outputs)/∂parameters to `gradient`; returns ∂(cᵀ outputs)/∂x.
  @discardableResult
  func pullBack(_ c: [Double], _ layers: [[Double]], _ parameters: [Double], into gradient: inout [Double]) -> [Double]
  {
    var offset = parameterCount
    var slope = c
    parameters.withUnsafeBufferPointer { p in
      gradient.withUnsafeMutableBufferPointer { g in
        for k in stride(from: widths.count - 1, through: 1, by: -1) {
          let (rows, columns) = (widths[k - 1], widths[k])
          offset -= (rows + 1) * columns
          let below = layers[k - 1]
          var next = [Double](repeating: 0, count: rows)
          slope.withUnsafeBufferPointer { slope in
            for j in 0..<columns { g[offset + rows * columns + j] += slope[j] }
            for i in 0..<rows {
              let row = offset + i * columns
              let value = below[i]
              var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0)
              var j = 0
              while j + 4 <= columns {
                a += p[row + j] * slope[j]
                b += p[row + j + 1] * slope[j + 1]
                c += p[row + j + 2] * slope[j + 2]
                d += p[row + j + 3] * slope[j + 3]
                j += 4
              }
              while j < columns {
                a += p[row + j] * slope[j]
                j += 1
              }
              next[i] = (a + b) + (c + d)
              if value != 0 { for j in 0..<columns { g[row + j] += value * slope[j] } }
            }
          }
          // What was negative behind the rectifier was shrunk by it.
          if k > 1, k - 1 != plain { for i in 0..<rows where below[i] < 0 { next[i] *= Self.leak } }
          slope = next
        }
      }
    }
    return slope
  }
}

/// Adam over one flat array.
struct AdamSteps: Sendable, Codable {
  var rate: Double
  private var first: [Double]
  private var second: [Double]
  private var steps = 0

  init(_ count: Int, rate: Double) {
    self.rate = rate
    first = [Double](repeating: 0, count: count)
    second = first
  }

  mutating func step(_ parameters: inout [Double], _ gradient: [Double]) {
    steps += 1
    let (c1, c2) = (1 - pow(0.9, Double(steps)), 1 - pow(0.999, Double(steps)))
    for i in parameters.indices {
      first[i] = 0.9 * first[i] + 0.1 * gradient[i]
      second[i] = 0.999 * second[i] + 0.001 * gradient[i] * gradient[i]
      parameters[i] -= rate * (first[i] / c1) / ((second[i] / c2).squareRoot() + 1e-8)
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
import Gradus

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Newton's law of cooling through measured temperatures:
///
///     rᵢ(x) = x₀ + x₁·exp(−x₂·tᵢ) − yᵢ,    x = (room, start, rate),    minimize ½|r(x)|²
struct CoolingFit: ResidualOracle {
  let times: [Double]
  let values: [Double]

  static let names: NameTable = ["room", "start", "rate"]

  /// Reads `minutes,celsius` lines below a header.
  init(contentsOf path: String) throws {
    let text = String(decoding: try AtomicFile.read(path, limit: 1 << 24), as: UTF8.self)
    var times: [Double] = []
    var values: [Double] = []
    for (i, line) in text.split(whereSeparator: \.isNewline).enumerated() where i > 0 {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      guard cells.count == 2, let time = Double(cells[0]), let value = Double(cells[1]), time.isFinite, value.isFinite
      else {
        throw ReadError(
          file: path, line: i + 1, column: 1, cause: "the line '\(line.prefix(40))' is no measurement",
          expected: "two numbers with a comma between them")
      }
      times.append(time)
      values.append(value)
    }
    guard times.count >= 3 else {
      throw ReadError(
        file: path, cause: "there are \(times.count) measurements", expected: "at least three")
    }
    self.times = times
    self.values = values
  }

  /// Where a person would begin: the last temperature, the fall until then, and one over the mean time.
  var start: Vector {
    let mean = times.reduce(0, +) / Double(times.count)
    return [values[values.count - 1], values[0] - values[values.count - 1], mean > 0 ? 1 / mean : 1]
  }

  var problem: LeastSquares { LeastSquares(start: start) }

  func residual(at x: Vector) async throws -> Vector {
    Vector(times.indices.map { x[0] + x[1] * exp(-x[2] * times[$0]) - values[$0] })
  }

  func jacobianProduct(at x: Vector, along d: Vector) async throws -> Vector {
    Vector(
      times.map { t in
        let decay = exp(-x[2] * t)
        return d[0] + decay * d[1] - x[1] * t * decay * d[2]
      })
  }

  func jacobianTransposedProduct(at x: Vector, with w: Vector) async throws -> Vector {
    var sum = Vector.zeros(3)
    for i in times.indices {
      let decay = exp(-x[2] * times[i])
      sum[0] += w[i]
      sum[1] += decay * w[i]
      sum[2] -= x[1] * times[i] * decay * w[i]
    }
    return sum
  }
}

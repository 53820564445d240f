// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Loops that iterative solvers spend their time in. Sums have a fixed order.
package enum IterativeKernels {
  /// yⱼ ← Σ over column j of values·x[rows].
  package static func gather(_ a: SparseMatrix, _ x: Span<Double>, into y: inout MutableSpan<Double>) {
    precondition(x.count == a.rowCount && y.count == a.columnCount, "shapes do not fit")
    let count = a.columnCount
    a.starts.withUnsafeBufferPointer { starts in
      a.rows.withUnsafeBufferPointer { rows in
        a.values.withUnsafeBufferPointer { values in
          x.withUnsafeBufferPointer { x in
            y.withUnsafeMutableBufferPointer { y in
              guard let starts = starts.baseAddress, let y = y.baseAddress else { return }
              guard let rows = rows.baseAddress, let values = values.baseAddress, let x = x.baseAddress else {
                for j in 0..<count { y[j] = 0 }
                return
              }
              var p = Int(starts[0])
              for j in 0..<count {
                let end = Int(starts[j + 1])
                var sum = 0.0
                while p < end {
                  sum += values[p] * x[Int(rows[p])]
                  p += 1
                }
                y[j] = sum
              }
            }
          }
        }
      }
    }
  }

  /// x ← x + α·p and r ← r − α·q in one pass; Σ r².
  package static func advance(
    _ x: inout [Double], _ p: [Double], _ r: inout [Double], _ q: [Double], by alpha: Double
  ) -> Double {
    let count = x.count
    precondition(p.count == count && r.count == count && q.count == count, "vectors have equal lengths")
    return x.withUnsafeMutableBufferPointer { x in
      r.withUnsafeMutableBufferPointer { r in
        p.withUnsafeBufferPointer { p in
          q.withUnsafeBufferPointer { q in
            guard let x = x.baseAddress, let r = r.baseAddress, let p = p.baseAddress, let q = q.baseAddress
            else { return 0 }
            var lanes = SIMD8<Double>.zero
            let a = SIMD8<Double>(repeating: alpha)
            var i = 0
            while i + 8 <= count {
              store(load(x + i) + a * load(p + i), x + i)
              let rest = load(r + i) - a * load(q + i)
              store(rest, r + i)
              lanes += rest * rest
              i += 8
            }
            var total = lanes.sum()
            while i < count {
              x[i] += alpha * p[i]
              r[i] -= alpha * q[i]
              total += r[i] * r[i]
              i += 1
            }
            return total
          }
        }
      }
    }
  }

  /// p ← z + β·p.
  package static func turn(_ p: inout [Double], _ z: [Double], _ beta: Double) {
    let count = p.count
    precondition(z.count == count, "vectors have equal lengths")
    p.withUnsafeMutableBufferPointer { p in
      z.withUnsafeBufferPointer { z in
        for i in 0..<count { p[i] = z[i] + beta * p[i] }
      }
    }
  }

  /// y ← α·x.
  package static func scale(_ y: inout [Double], _ x: [Double], by alpha: Double) {
    let count = y.count
    precondition(x.count == count, "vectors have equal lengths")
    y.withUnsafeMutableBufferPointer { y in
      x.withUnsafeBufferPointer { x in
        for i in 0..<count { y[i] = alpha * x[i] }
      }
    }
  }

  /// The step of MINRES: u ← (v − ε·u − δ·w)/γ, and x ← x + φ·u.
  package static func descend(
    _ u: inout [Double], _ x: inout [Double], _ v: [Double], _ w: [Double], epsilon: Double, delta: Double,
    gamma: Double, phi: Double
  ) {
    let count = u.count
    precondition(x.count == count && v.count == count && w.count == count, "vectors have equal lengths")
    let inverse = 1 / gamma
    u.withUnsafeMutableBufferPointer { u in
      x.withUnsafeMutableBufferPointer { x in
        v.withUnsafeBufferPointer { v in
          w.withUnsafeBufferPointer { w in
            for i in 0..<count {
              u[i] = inverse * (v[i] - epsilon * u[i] - delta * w[i])
              x[i] += phi * u[i]
            }
          }
        }
      }
    }
  }

  /// Σ xᵢyᵢ.
  package static func dot(_ x: [Double], _ y: [Double]) -> Double {
    let count = x.count
    precondition(y.count == count, "vectors have equal lengths")
    return x.withUnsafeBufferPointer { x in
      y.withUnsafeBufferPointer { y in
        guard let x = x.baseAddress, let y = y.baseAddress else { return 0 }
        var (first, second) = (SIMD8<Double>.zero, SIMD8<Double>.zero)
        var i = 0
        while i + 16 <= count {
          first += load(x + i) * load(y + i)
          second += load(x + i + 8) * load(y + i + 8)
          i += 16
        }
        var total = (first + second).sum()
        while i < count {
          total += x[i] * y[i]
          i += 1
        }
        return total
      }
    }
  }

  @inline(__always)
  private static func load(_ p: UnsafePointer<Double>) -> SIMD8<Double> {
    UnsafeRawPointer(p).loadUnaligned(as: SIMD8<Double>.self)
  }

  @inline(__always)
  private static func load(_ p: UnsafeMutablePointer<Double>) -> SIMD8<Double> {
    UnsafeRawPointer(p).loadUnaligned(as: SIMD8<Double>.self)
  }

  @inline(__always)
  private static func store(_ value: SIMD8<Double>, _ p: UnsafeMutablePointer<Double>) {
    UnsafeMutableRawPointer(p).storeBytes(of: value, as: SIMD8<Double>.self)
  }
}

/// Moves the elements out, so that a span of them does not lock the value they belong to; give them back.
@inline(__always)
package func take(_ vector: inout Vector) -> [Double] {
  var elements: [Double] = []
  swap(&elements, &vector.elements)
  return elements
}

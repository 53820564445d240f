// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// ln Γ(x) for x > 0, the same on every machine; error below 1e-14 of the larger of 1 and the result.
///
///     ln Γ(x) = (x − ½)·ln x − x + ½·ln 2π + 1/(12x) − 1/(360x³) + …,   after x was raised above 12 by Γ(x + 1) = x·Γ(x)
enum LogGamma {
  static func of(_ x: Double) -> Double {
    precondition(x > 0, "ln Γ is asked for at positive places")
    var z = x
    var product = 1.0
    while z < 12 {
      product *= z
      z += 1
    }
    let r = 1 / z
    let s = r * r
    let series = r * (1.0 / 12 - s * (1.0 / 360 - s * (1.0 / 1260 - s * (1.0 / 1680 - s * (1.0 / 1188)))))
    return (z - 0.5) * VectorMath.log(z) - z + 0.918938533204672742 + series - VectorMath.log(product)
  }

  /// ln B(a, b) = ln Γ(a) + ln Γ(b) − ln Γ(a + b).
  static func beta(_ a: Double, _ b: Double) -> Double { of(a) + of(b) - of(a + b) }
}

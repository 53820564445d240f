// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

private let source = "Zitzler, Deb, Thiele, Evol. Comput. 8 (2000)"

/// f₁ and g·h(f₁, g) over a box, with the front at the smallest g, and its volume up to (1.1, 1.1).
private func zdt(
  _ box: Box, at ends: [(Double, Double)], rest: Double = 0, volume: Double,
  _ f: @escaping @Sendable (Vector) -> (Double, Double)
) -> ProblemContent {
  let front = ends.flatMap { from, to in
    (0...(ends.count > 1 ? 4 : 20)).map { k in from + (to - from) * Double(k) / (ends.count > 1 ? 4 : 20) }
  }
  let points = front.map { x in Vector([x] + [Double](repeating: rest, count: box.dimension - 1)) }
  var content = objectives(box, front: points) { x in
    let (first, second) = f(x)
    return Outcomes(objectives: [first, second])
  }
  content.optimum.hypervolume = KnownHypervolume(reference: [1.1, 1.1], value: volume)
  return content
}

/// 1 + 9·mean of all coordinates but the first.
private func linearG(_ x: Vector) -> Double {
  1 + 9 * x.elements.dropFirst().reduce(0, +) / Double(x.count - 1)
}

/// The connected parts of the front of ZDT3, as intervals of x₁.
private let parts = [
  (0.0, 0.0830015349), (0.1822287280, 0.2577623634), (0.4093136748, 0.4538821041), (0.6183967944, 0.6525117038),
  (0.8233317983, 0.8518328654),
]

/// ∫ over the parts of 1.1 − f₂, and over the gaps of 1.1 − f₂ at the end of the part before.
private var zdt3Volume: Double {
  func height(_ x: Double) -> Double { 1 - x.squareRoot() - x * sin(10 * .pi * x) }
  func integral(_ x: Double) -> Double {
    let w = 10 * Double.pi
    return x - 2.0 / 3 * x * x.squareRoot() + x * cos(w * x) / w - sin(w * x) / (w * w)
  }
  var total = 0.0
  for (k, part) in parts.enumerated() {
    let next = k + 1 < parts.count ? parts[k + 1].0 : 1.1
    total += 1.1 * (part.1 - part.0) - (integral(part.1) - integral(part.0)) + (next - part.1) * (1.1 - height(part.1))
  }
  return total
}

/// Where f₁ of ZDT6 is least: the derivative of exp(−4x) sin⁶ 6πx vanishes where tan 6πx = 9π.
private let zdt6Place = atan(9 * Double.pi) / (6 * .pi)

private func zdt6First(_ x: Double) -> Double {
  let s = sin(6 * .pi * x)
  return 1 - exp(-4 * x) * s * s * s * s * s * s
}

let zdtFamilies: [ProblemFamily] = [
  ProblemFamily(
    "zdt1", "x₁ and g(1 − √(x₁/g)); front x₂ = … = xₙ = 0", reference: source, parameters: [.dimension(30, from: 2)]
  ) { p in
    zdt(.cube(0, 1, p.n), at: [(0, 1)], volume: 0.21 + 2.0 / 3) { x in
      let g = linearG(x)
      return (x[0], g * (1 - (x[0] / g).squareRoot()))
    }
  },
  ProblemFamily(
    "zdt2", "x₁ and g(1 − (x₁/g)²); front x₂ = … = xₙ = 0, not convex", reference: source,
    parameters: [.dimension(30, from: 2)]
  ) { p in
    zdt(.cube(0, 1, p.n), at: [(0, 1)], volume: 0.21 + 1.0 / 3) { x in
      let g = linearG(x)
      return (x[0], g * (1 - x[0] / g * (x[0] / g)))
    }
  },
  ProblemFamily(
    "zdt3", "x₁ and g(1 − √(x₁/g) − x₁/g·sin 10πx₁); front in five parts", reference: source,
    parameters: [.dimension(30, from: 2)]
  ) { p in
    // Just inside: at the ends themselves rounding decides who dominates whom.
    zdt(.cube(0, 1, p.n), at: parts.map { ($0.0 + 1e-6, $0.1 - 1e-6) }, volume: zdt3Volume) { x in
      let g = linearG(x)
      return (x[0], g * (1 - (x[0] / g).squareRoot() - x[0] / g * sin(10 * .pi * x[0])))
    }
  },
  ProblemFamily(
    "zdt4", "x₁ and g(1 − √(x₁/g)), g like Rastrigin's function: 21ⁿ⁻¹ local fronts", reference: source,
    parameters: [.dimension(10, from: 2)]
  ) { p in
    let n = p.n
    let box = Box(
      lower: Vector([0] + [Double](repeating: -5, count: n - 1)),
      upper: Vector([1] + [Double](repeating: 5, count: n - 1)))
    return zdt(box, at: [(0, 1)], volume: 0.21 + 2.0 / 3) { x in
      let g = x.elements.dropFirst().reduce(1 + 10 * Double(n - 1)) { $0 + $1 * $1 - 10 * cos(4 * .pi * $1) }
      return (x[0], g * (1 - (x[0] / g).squareRoot()))
    }
  },
  ProblemFamily(
    "zdt6", "1 − exp(−4x₁) sin⁶ 6πx₁ and g(1 − (f₁/g)²): few points lead to the front", reference: source,
    parameters: [.dimension(10, from: 2)]
  ) { p in
    let n = p.n
    let (a, b) = (zdt6First(zdt6Place), 1.0)
    let volume = 0.1 * (b - a) + (b * b * b - a * a * a) / 3 + 0.11
    return zdt(.cube(0, 1, n), at: [(0, zdt6Place)], volume: volume) { x in
      let f = zdt6First(x[0])
      let g = 1 + 9 * pow(x.elements.dropFirst().reduce(0, +) / Double(n - 1), 0.25)
      return (f, g * (1 - f / g * (f / g)))
    }
  },
]

// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// The direction of Adam before the rate: what `AdamP` projects.
public struct AdamPDirection: ElementwiseRule {
  var beta1: Double
  var beta2: Double
  var epsilon: Double
  var isNesterov: Bool

  var wordsPerParameter: Double { 2 }

  /// The constants of Adam, and the shares of average and gradient in the numerator.
  public struct Constants: Sendable {
    var adam: AdamConstants
    var average: Float
    var here: Float
  }

  public var cell: Cell2 { Cell2() }

  /// The two averages, corrected for their start at zero.
  public func constants(_ context: StepContext) -> Constants {
    let scale = (1 - power(beta2, context.step)).squareRoot() / (1 - power(beta1, context.step))
    return Constants(
      adam: AdamConstants(beta1, beta2, epsilon, decay: 0, rate: 1, context),
      average: Float(isNesterov ? scale * beta1 : scale), here: Float(isNesterov ? scale * (1 - beta1) : 0))
  }

  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell2, _ c: Constants) {
    cell.first += c.adam.share1 * (u - cell.first)
    cell.second += c.adam.share2 * (u * u - cell.second)
    u = (c.average * cell.first + c.here * u) / (squareRoot(cell.second) + c.adam.offset)
  }
}

/// The direction of momentum before the rate: what `SGDP` projects.
public struct SGDPDirection: ElementwiseRule {
  var momentum: Double
  var dampening: Double
  var isNesterov: Bool

  var wordsPerParameter: Double { 1 }

  /// The numbers of the settings.
  public struct Constants: Sendable {
    var momentum: Float
    var share: Float
    var isNesterov: Bool
  }

  public var cell: Cell1 { Cell1() }

  /// The factor of the buffer and the share of the gradient.
  public func constants(_ context: StepContext) -> Constants {
    Constants(momentum: Float(momentum), share: Float(1 - dampening), isNesterov: isNesterov)
  }

  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell1, _ c: Constants) {
    cell.first = c.momentum * cell.first + c.share * u
    u = c.isNesterov ? u + c.momentum * cell.first : cell.first
  }
}

/// The memory of a projected rule: cells for the numbers of every tensor.
public struct ProjectedState<Cell: BitwiseCopyable & Sendable>: Sendable, Codable {
  var cells: Cells<Cell>

  init(_ layout: Layout, _ cell: Cell) { cells = Cells(repeating: cell, count: Self.number(layout)) }

  private static func number(_ layout: Layout) -> Int { layout.slots.reduce(0) { $0 + Lane.number($1.count) } }

  mutating func step<Base: ElementwiseRule>(
    _ base: Base, _ projection: RadialProjection, decay: Double, ratio: Double, rate: Double,
    _ parameters: inout MutableSpan<Float>, _ gradient: Span<Float>, _ layout: Layout, _ context: StepContext
  ) where Base.Cell == Cell {
    if layout.hasInputsFirst {
      return TensorExchange(outputsFirst: layout).around(&parameters, gradient) { parameters, gradient, turned in
        step(base, projection, decay: decay, ratio: ratio, rate: rate, &parameters, gradient, turned, context)
      }
    }
    Blocks.check(parameters.count, gradient.count, layout)
    precondition(cells.count == Self.number(layout), "the memory of the rule belongs to another layout")
    let constants = base.constants(context)
    let crew = Crew(threads: context.crew)
    parameters.withUnsafeMutableBufferPointer { parameters in
      gradient.withUnsafeBufferPointer { gradient in
        cells.withUnsafeMutableBufferPointer { cells in
          guard let p = parameters.baseAddress, let g = gradient.baseAddress, var c = cells.baseAddress else { return }
          for slot in layout.slots {
            let (count, rows) = (slot.count, slot.shape.first ?? 1)
            let pass = ProjectedPass(
              base: base, constants: constants, p: p + slot.offset, g: g + slot.offset, c: c, count: count,
              width: count / rows, factor: Float(-rate), epsilon: projection.epsilon)
            switch projection.view(slot.shape, pass.p, pass.g, crew) {
            case .none:
              Blocks.eachFromEnd(count, context.crew) { pass.step($0, Float(decay)) }
            case .rows:
              crew.aligned(rows, pass.width) { pass.step(rows: $0, decay * ratio) }
            case .whole:
              let sums = Blocks.sums(count, context.crew) {
                pass.measure($0.lowerBound * 16, min(count, $0.upperBound * 16))
              }
              let shared = Float(decay * ratio - pass.radial(sums))
              Blocks.eachFromEnd(count, context.crew) { pass.step($0, shared) }
            }
            c += Lane.number(count)
          }
        }
      }
    }
  }
}

/// The passes over one tensor.
private struct ProjectedPass<Base: ElementwiseRule> {
  var base: Base
  var constants: Base.Constants
  var p: UnsafeMutablePointer<Float>
  var g: UnsafePointer<Float>
  var c: UnsafeMutablePointer<Base.Cell>
  /// Numbers of the tensor and of a row.
  var count: Int
  var width: Int
  /// −η.
  var factor: Float
  /// ε.
  var epsilon: Double

  /// θ ← θ + factor·(u + decay·θ), the memory included.
  func step(_ cells: Range<Int>, _ decay: Float) {
    let whole = min(cells.upperBound, count / 16)
    var i = cells.lowerBound
    while i < whole {
      step(whole: i, Lane(repeating: decay))
      i &+= 1
    }
    if cells.upperBound > whole { step(last: whole, Lane(repeating: decay)) }
  }

  /// The same for whole rows, each with the decay that takes its radial part away. No other rows share a cell with them.
  func step(rows: Range<Int>, _ decay: Double) {
    let decays = rows.map { Float(decay - radial(measure($0 * width, ($0 + 1) * width))) }
    let (first, end) = (rows.lowerBound * width, rows.upperBound * width)
    for i in first / 16..<(end + 15) / 16 {
      let (row, last) = ((16 * i - first) / width, min((16 * i + 15 - first) / width, decays.count - 1))
      var shared = Lane(repeating: decays[row])
      if last > row {
        for k in 0..<16 { shared[k] = decays[min((16 * i + k - first) / width, last)] }
      }
      if 16 * i + 16 <= count { step(whole: i, shared) } else { step(last: i, shared) }
    }
  }

  /// ⟨θ, u⟩ and |θ|² of neighboring numbers; the memory stays as it is, for the step is computed again when it is taken.
  func measure(_ first: Int, _ end: Int) -> SIMD2<Double> {
    var (inner, square) = (SIMD16<Double>.zero, SIMD16<Double>.zero)
    var i = first / 16
    while 16 &* i < end {
      var x = Lane(p, 16 &* i, count)
      var u = Lane(g, 16 &* i, count)
      var cell = c[i]
      base.transform(&u, parameter: x, cell: &cell, constants)
      if 16 &* i < first || 16 &* i &+ 16 > end {
        for k in 0..<16 where 16 * i + k < first || 16 * i + k >= end { (x[k], u[k]) = (0, 0) }
      }
      inner += product(x, u)
      square += product(x, x)
      i &+= 1
    }
    return SIMD2(total(inner), total(square))
  }

  /// ⟨θ̂, u⟩/(|θ| + ε).
  func radial(_ sums: SIMD2<Double>) -> Double {
    let length = sums.y.squareRoot() + epsilon
    return sums.x / (length * length)
  }

  @inline(__always)
  private func step(whole i: Int, _ decay: Lane) {
    let (y, z) = (p + 16 &* i, g + 16 &* i)
    Ahead.write(y)
    Ahead.read(z)
    Ahead.write(cell: c + i)
    let x = Lane(whole: y)
    var u = Lane(whole: z)
    base.transform(&u, parameter: x, cell: &c[i], constants)
    (x + factor * (u + decay * x)).store(whole: y)
  }

  private func step(last i: Int, _ decay: Lane) {
    let x = Lane(p, 16 * i, count)
    var u = Lane(g, 16 * i, count)
    base.transform(&u, parameter: x, cell: &c[i], constants)
    (x + factor * (u + decay * x)).store(p, 16 * i, count)
  }
}

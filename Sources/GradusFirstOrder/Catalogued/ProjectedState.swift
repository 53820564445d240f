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

/// The memory of a projected rule: cells for the rows of every tensor.
public struct ProjectedState<Cell: BitwiseCopyable & Sendable>: Sendable, Codable {
  var cells: Cells<Cell>

  init(_ layout: Layout, _ cell: Cell) {
    cells = Cells(repeating: cell, count: layout.slots.reduce(0) { $0 + Self.size($1.shape).cells })
  }

  /// Rows, their width and the cells of a tensor; a vector is one row.
  private static func size(_ shape: [Int]) -> (rows: Int, width: Int, cells: Int) {
    let rows = shape.count > 1 ? shape[0] : 1
    let width = shape.count > 1 ? shape.dropFirst().reduce(1, *) : shape.reduce(1, *)
    return (rows, width, rows * Lane.number(width))
  }

  mutating func step<Base: ElementwiseRule>(
    _ base: Base, _ projection: RadialProjection, decay: Double, ratio: Double, rate: Double,
    _ parameters: inout MutableSpan<Float>, _ gradient: Span<Float>, _ layout: Layout, _ context: StepContext
  ) where Base.Cell == Cell {
    Blocks.check(parameters.count, gradient.count, layout)
    precondition(
      cells.count == layout.slots.reduce(0) { $0 + Self.size($1.shape).cells },
      "the memory of the rule belongs to another layout")
    let constants = base.constants(context)
    let crew = Crew(threads: context.crew)
    parameters.withUnsafeMutableBufferPointer { parameters in
      gradient.withUnsafeBufferPointer { gradient in
        cells.withUnsafeMutableBufferPointer { cells in
          guard let p = parameters.baseAddress, let g = gradient.baseAddress, var c = cells.baseAddress else { return }
          for slot in layout.slots {
            let (rows, width, all) = Self.size(slot.shape)
            let (p, g, first) = (p + slot.offset, g + slot.offset, c)
            let view = projection.view(slot.shape, p, g, crew)
            let factor = -rate
            let scaled = decay * (view == .none ? 1 : ratio)
            let row = ProjectedRow(base: base, constants: constants, width: width)
            switch view {
            case .none:
              crew.each(rows, width, fromEnd: true) { r in
                row.step(p + r * width, g + r * width, first + r * Lane.number(width), Float(factor), Float(scaled))
              }
            case .rows:
              crew.each(rows, width, fromEnd: true) { r in
                let (x, y, cells) = (p + r * width, g + r * width, first + r * Lane.number(width))
                let sums = row.measure(x, y, cells)
                let length = sums.y.squareRoot() + projection.epsilon
                let radial = sums.x / (length * length)
                row.step(x, y, cells, Float(factor), Float(scaled - radial))
              }
            case .whole:
              let sums = crew.rows(rows, width) { r in
                row.measure(p + r * width, g + r * width, first + r * Lane.number(width))
              }
              let total = sums.reduce(SIMD2<Double>.zero, +)
              let length = total.y.squareRoot() + projection.epsilon
              let radial = total.x / (length * length)
              crew.each(rows, width, fromEnd: true) { r in
                row.step(
                  p + r * width, g + r * width, first + r * Lane.number(width), Float(factor), Float(scaled - radial))
              }
            }
            c += all
          }
        }
      }
    }
  }
}

/// The passes over one row of a tensor.
private struct ProjectedRow<Base: ElementwiseRule> {
  var base: Base
  var constants: Base.Constants
  var width: Int

  /// θ ← θ + factor·(u + decay·θ), the memory included.
  func step(
    _ p: UnsafeMutablePointer<Float>, _ g: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Base.Cell>, _ factor: Float,
    _ decay: Float
  ) {
    let lane = Lane.scalarCount
    var i = 0
    while i < width / lane {
      let (y, z) = (p + lane &* i, g + lane &* i)
      Ahead.write(y)
      Ahead.read(z)
      Ahead.write(cell: c + i)
      let x = Lane(whole: y)
      var u = Lane(whole: z)
      base.transform(&u, parameter: x, cell: &c[i], constants)
      (x + factor * (u + decay * x)).store(whole: y)
      i &+= 1
    }
    guard lane * i < width else { return }
    let x = Lane(p, lane * i, width)
    var u = Lane(g, lane * i, width)
    base.transform(&u, parameter: x, cell: &c[i], constants)
    (x + factor * (u + decay * x)).store(p, lane * i, width)
  }

  /// ⟨θ, u⟩ and |θ|²; the memory stays as it is, for the step is computed again when it is taken.
  func measure(
    _ p: UnsafePointer<Float>, _ g: UnsafePointer<Float>, _ c: UnsafePointer<Base.Cell>
  ) -> SIMD2<Double> {
    let lane = Lane.scalarCount
    var (inner, square) = (SIMD16<Double>.zero, SIMD16<Double>.zero)
    var i = 0
    while i < width / lane {
      let x = Lane(whole: p + lane &* i)
      var u = Lane(whole: g + lane &* i)
      var cell = c[i]
      base.transform(&u, parameter: x, cell: &cell, constants)
      inner += product(x, u)
      square += product(x, x)
      i &+= 1
    }
    if lane * i < width {
      let x = Lane(p, lane * i, width)
      var u = Lane(g, lane * i, width)
      var cell = c[i]
      base.transform(&u, parameter: x, cell: &cell, constants)
      // Behind the end a rule may have divided zero by zero.
      for k in width - lane * i..<lane { u[k] = 0 }
      inner += product(x, u)
      square += product(x, x)
    }
    return SIMD2(total(inner), total(square))
  }
}

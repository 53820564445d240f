// SPDX-License-Identifier: Apache-2.0

/// Extents of a convolution, and its division into tiles of lines and blocks of tiles, by sizes alone.
struct ConvolutionPlan: BitwiseCopyable {
  let images: Int
  let channels: Int
  let filters: Int
  /// Elements of a window in all channels.
  let depth: Int
  let imageSize: Int
  let rows: Int
  let columns: Int
  /// Lines of windows whose columns are made together.
  let tile: Int
  let isIdentity: Bool

  /// Elements of a buffer of columns: a quarter of a megabyte in single precision.
  private static let buffer = 65_536
  /// Blocks of work at most: each has a buffer of its own.
  private static let mostBlocks = 16

  init(_ geometry: WindowGeometry, images: Int, channels: Int, filters: Int) {
    self.images = images
    self.channels = channels
    self.filters = filters
    depth = channels * geometry.window.height * geometry.window.width
    imageSize = geometry.image.height * geometry.image.width
    rows = geometry.rows
    columns = geometry.columns
    tile = max(1, min(rows, Self.buffer / max(1, depth * columns)))
    isIdentity = geometry.isIdentity
  }

  var positions: Int { rows * columns }
  var tiles: Int { (rows + tile - 1) / tile }
  private var unitCount: Int { images * tiles }
  /// Elements of one buffer.
  var columnCount: Int { isIdentity ? 1 : depth * tile * columns }

  var blocks: Int { min(Self.mostBlocks, unitCount) }
  func units(_ block: Int) -> Range<Int> { block * unitCount / blocks..<(block + 1) * unitCount / blocks }

  var imageBlocks: Int { min(blocks, images) }
  func images(_ block: Int) -> Range<Int> { block * images / imageBlocks..<(block + 1) * images / imageBlocks }

  func lines(_ tile: Int) -> Range<Int> { tile * self.tile..<min(rows, (tile + 1) * self.tile) }
}

/// One loop over tiles.
struct ConvolutionJob<T: TensorElement>: BitwiseCopyable {
  let plan: ConvolutionPlan
  let products: BorrowedProducts
  let geometry: Unmanaged<WindowGeometry>
  let x: UnsafeMutablePointer<T>
  let filters: UnsafeMutablePointer<T>
  let bias: UnsafeMutablePointer<T>?
  /// The output, or its cotangent.
  let y: UnsafeMutablePointer<T>
  let scratch: UnsafeMutablePointer<T>
  let out: UnsafeMutablePointer<T>

  private func factor(_ p: UnsafeMutablePointer<T>, _ stride: Int, transposed: Bool = false) -> MatrixProducts.Factor {
    .init(elements: UnsafeMutableRawPointer(p), stride: stride, isTransposed: transposed)
  }

  private func columns(_ image: Int, _ lines: Range<Int>, _ block: Int) -> UnsafeMutablePointer<T> {
    let source = x + image * plan.channels * plan.imageSize
    if plan.isIdentity { return source + lines.lowerBound * plan.columns }
    let columns = scratch + block * plan.columnCount
    geometry.takeUnretainedValue().unfold(source, columns, channels: plan.channels, lines: lines)
    return columns
  }

  /// Elements from one row of the columns of `lines` to the next.
  private func stride(_ lines: Range<Int>) -> Int { plan.isIdentity ? plan.positions : lines.count * plan.columns }

  private func start(_ image: Int, _ lines: Range<Int>) -> UnsafeMutablePointer<T> {
    y + image * plan.filters * plan.positions + lines.lowerBound * plan.columns
  }

  @inline(__always)
  func forward(_ unit: Int, _ block: Int) {
    let image = unit / plan.tiles, lines = plan.lines(unit % plan.tiles), width = lines.count * plan.columns
    let to = start(image, lines)
    if let bias {
      for o in 0..<plan.filters { (to + o * plan.positions).update(repeating: bias[o], count: width) }
    }
    products.value.multiply(
      plan.filters, width, plan.depth, factor(filters, plan.depth),
      factor(columns(image, lines, block), stride(lines)), to, plan.positions, accumulates: bias != nil)
  }

  @inline(__always)
  func filterGradient(_ unit: Int, _ block: Int) {
    let image = unit / plan.tiles, lines = plan.lines(unit % plan.tiles), width = lines.count * plan.columns
    products.value.multiply(
      plan.filters, plan.depth, width, factor(start(image, lines), plan.positions),
      factor(columns(image, lines, block), stride(lines), transposed: true),
      out + block * plan.filters * plan.depth, plan.depth, accumulates: unit > plan.units(block).lowerBound)
  }

  @inline(__always)
  func imageGradient(_ image: Int, _ block: Int) {
    let target = out + image * plan.channels * plan.imageSize
    for tile in 0..<plan.tiles {
      let lines = plan.lines(tile), width = lines.count * plan.columns
      let columns = plan.isIdentity ? target + lines.lowerBound * plan.columns : scratch + block * plan.columnCount
      products.value.multiply(
        plan.depth, width, plan.filters, factor(filters, plan.depth, transposed: true),
        factor(start(image, lines), plan.positions), columns, stride(lines), accumulates: false)
      if !plan.isIdentity {
        let geometry = geometry.takeUnretainedValue()
        if geometry.keepsWidth {
          geometry.foldPlanes(columns, target, channels: plan.channels, lines: lines)
        } else {
          geometry.fold(columns, target, channels: plan.channels, lines: lines)
        }
      }
    }
  }
}

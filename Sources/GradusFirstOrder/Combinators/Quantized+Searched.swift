// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Codes and blocks that the compiled pass does not know: one tensor after the other, each number looked up in a table.
extension Quantized {
  /// True for the settings of the compiled pass.
  var isUsual: Bool { code == .dynamic && blockSize == Self.block }

  private func blocks(_ count: Int) -> Int {
    let size = blockSize ?? max(1, count)
    return (count + size - 1) / size
  }

  private var kinds: [MemoryKind] { Rule.memory }
  private var signed: ByteCode { ByteCode(code, isSigned: true) }
  private var unsigned: ByteCode { ByteCode(code, isSigned: false) }

  /// Codes, scales and exact numbers of the tensors that are coded, one tensor behind the other and in it one number of the
  /// memory behind the other.
  func searchedStart(_ layout: Layout) -> State {
    let large = layout.slots.filter { $0.count >= least }
    let small = layout.slots.filter { $0.count < least }
    let coded = kinds.count { $0 != .exact }
    let total = large.reduce(0) { $0 + $1.count }
    var state = State(
      cells: Cells(repeating: rule.cell, count: small.reduce(0) { $0 + Lane.number($1.count) }),
      codes: Buffer(repeating: 0, count: total * coded),
      scales: Buffer(repeating: 0, count: large.reduce(0) { $0 + blocks($1.count) * coded }),
      exact: Buffer(repeating: 0, count: total * (kinds.count - coded)))
    var place = Place()
    for slot in large {
      let cells = Cells(repeating: rule.cell, count: Lane.number(slot.count))
      encode(cells, slot.count, &state, &place)
    }
    return state
  }

  func searchedUpdate(
    _ parameters: UnsafeMutablePointer<Float>, _ gradient: UnsafePointer<Float>, _ state: inout State,
    _ layout: Layout, _ constants: Rule.Constants
  ) {
    let large = layout.slots.filter { $0.count >= least }
    let coded = kinds.count { $0 != .exact }
    precondition(
      state.codes.count == coded * large.reduce(0) { $0 + $1.count }
        && state.scales.count == coded * large.reduce(0) { $0 + blocks($1.count) }
        && state.cells.count == layout.slots.reduce(0) { $0 + ($1.count < least ? Lane.number($1.count) : 0) },
      "the memory of the rule belongs to another layout")
    var (place, small) = (Place(), 0)
    for slot in layout.slots {
      let (p, g) = (parameters + slot.offset, gradient + slot.offset)
      if slot.count < least {
        state.cells.withUnsafeMutableBufferPointer { cells in
          if let c = cells.baseAddress { rule.pass(p, g, c + small, count: slot.count, constants) }
        }
        small += Lane.number(slot.count)
        continue
      }
      var cells = decoded(slot.count, state, place)
      cells.withUnsafeMutableBufferPointer { cells in
        if let c = cells.baseAddress { rule.pass(p, g, c, count: slot.count, constants) }
      }
      encode(cells, slot.count, &state, &place)
    }
  }

  private func decoded(_ count: Int, _ state: State, _ start: Place) -> Cells<Rule.Cell> {
    var cells = Cells(repeating: rule.cell, count: Lane.number(count))
    let (signed, unsigned, words, size) = (signed.values, unsigned.values, kinds.count, blockSize ?? max(1, count))
    let lane = Lane.scalarCount
    var place = start
    cells.withNumbers { numbers in
      for (w, kind) in kinds.enumerated() {
        let table = kind == .signed ? signed : unsigned
        for i in 0..<count {
          let target = (i / lane * words + w) * lane + i % lane
          numbers[target] =
            kind == .exact
            ? state.exact.elements[place.exact + i]
            : table[Int(state.codes.elements[place.code + i])] * state.scales.elements[place.scale + i / size]
        }
        place.pass(kind, count, blocks(count))
      }
    }
    return cells
  }

  private func encode(_ cells: Cells<Rule.Cell>, _ count: Int, _ state: inout State, _ place: inout Place) {
    var cells = cells
    let (signed, unsigned, words, size) = (signed, unsigned, kinds.count, blockSize ?? max(1, count))
    let lane = Lane.scalarCount
    cells.withNumbers { numbers in
      for (w, kind) in kinds.enumerated() {
        let number = { (i: Int) in numbers[(i / lane * words + w) * lane + i % lane] }
        if kind == .exact {
          for i in 0..<count { state.exact.elements[place.exact + i] = number(i) }
          place.pass(kind, count, 0)
          continue
        }
        let table = kind == .signed ? signed : unsigned
        for block in 0..<blocks(count) {
          let range = block * size..<min(count, (block + 1) * size)
          let scale = range.reduce(Float(0)) { max($0, number($1).magnitude) }
          let factor = ByteCode.inverse(scale)
          state.scales.elements[place.scale + block] = scale
          for i in range {
            let x = number(i)
            state.codes.elements[place.code + i] = table.code(
              of: x * factor, share: isDithered ? ByteCode.dither(x) : 0.5)
          }
        }
        place.pass(kind, count, blocks(count))
      }
    }
  }
}

/// Where the next number of the memory of the next tensor lies.
private struct Place {
  var code = 0
  var scale = 0
  var exact = 0

  mutating func pass(_ kind: MemoryKind, _ count: Int, _ blocks: Int) {
    if kind == .exact {
      exact += count
    } else {
      code += count
      scale += blocks
    }
  }
}

extension Cells {
  /// The numbers of the cells: a lane of the first number of the memory, one of the second, ….
  fileprivate mutating func withNumbers(_ body: (UnsafeMutablePointer<Float>) -> Void) {
    withUnsafeMutableBufferPointer { cells in
      if let first = cells.baseAddress { body(UnsafeMutableRawPointer(first).assumingMemoryBound(to: Float.self)) }
    }
  }
}

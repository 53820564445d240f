// SPDX-License-Identifier: Apache-2.0

extension CodeTape {
  /// A product that one sum alone reads becomes part of the addition. Every register is written once when this is called.
  mutating func fuse() {
    var uses = [Int32](repeating: 0, count: registerCount)
    for instruction in instructions { for r in instruction.sources { uses[Int(r)] += 1 } }
    for r in outputs { uses[Int(r)] += 1 }
    var isGone = [Bool](repeating: false, count: instructions.count)
    /// The instruction that makes a register nobody else reads, if it is a product.
    func product(_ register: Int32, _ uses: [Int32]) -> Int? {
      let k = Int(register) - inputCount
      guard k >= 0, uses[Int(register)] == 1, !isGone[k] else { return nil }
      return instructions[k].code == .multiply || instructions[k].code == .scale ? k : nil
    }
    for i in instructions.indices {
      let (code, a, b) = (instructions[i].code, instructions[i].a, instructions[i].b)
      guard code == .add || code == .subtract else { continue }
      var other = a
      var found = product(b, uses)
      if found == nil, code == .add {
        found = product(a, uses)
        other = b
      }
      guard let k = found else { continue }
      let made = instructions[k]
      isGone[k] = true
      instructions[i].a = made.a
      instructions[i].c = other
      if made.code == .scale {
        instructions[i].code = .scaleAdd
        instructions[i].number = code == .add ? made.number : -made.number
        instructions[i].b = 0
      } else {
        instructions[i].code = code == .add ? .multiplyAdd : .multiplySubtract
        instructions[i].b = made.b
      }
    }
    instructions = instructions.indices.filter { !isGone[$0] }.map { instructions[$0] }
  }
}

// SPDX-License-Identifier: Apache-2.0

extension MiniMachine {
  /// What is done with lists and texts, outside of the loop. Steps are taken from the heap's budget.
  mutating func perform(
    _ step: MiniInstruction, _ r: UnsafeMutablePointer<Int>, _ constants: UnsafeMutablePointer<Int>, type: Int32
  ) throws(MiniFault) {
    let a = Int(step.a)
    let b = Int(step.b)
    let c = Int(step.c)
    func get(_ operand: Int) -> Int { operand < 0 ? constants[operand] : r[operand] }
    switch step.code {
    case .setElementHandle:
      r[a] = try heap.unique(r[a])
      heap.release(try heap.exchange(r[a], get(b), get(c)))
    case .pushHandle:
      r[a] = try heap.unique(r[a])
      try heap.append(r[a], get(b))
    case .detach:
      r[b] = try heap.unique(r[b])
      // What stays behind is never looked at before something is put back.
      r[a] = try heap.exchange(r[b], get(c), 0)
    case .setElementBack: _ = try heap.exchange(r[a], get(b), r[c])
    case .makeList, .makeHandleList:
      r[a] = try heap.make((0..<b).map { r[c + $0] }, holdsHandles: step.code == .makeHandleList)
    case .joinLists: r[a] = try joined(get(b), get(c))
    case .equalDeep: r[a] = try heap.isSame(get(b), get(c), code.types[Int(type)]) ? 1 : 0
    case .unequalDeep: r[a] = try heap.isSame(get(b), get(c), code.types[Int(type)]) ? 0 : 1
    case .lessText: r[a] = try heap.isBefore(get(b), get(c), orSame: false) ? 1 : 0
    case .atMostText: r[a] = try heap.isBefore(get(b), get(c), orSame: true) ? 1 : 0
    case .builtin:
      let arguments = MiniArguments(first: r[b], second: r[b + 1], third: r[b + 2])
      r[a] = try builtin(MiniBuiltin.allCases[c], arguments, code.types[Int(type)])
    default: break
    }
  }

  /// A copy of the elements of both.
  private mutating func joined(_ left: Int, _ right: Int) throws(MiniFault) -> Int {
    let count = heap.count(left) + heap.count(right)
    try heap.check(count)
    try heap.charge(count)
    return try copy(heap.words(left) + heap.words(right), like: left)
  }

  /// A new list with these elements, which get a reference more where they are objects.
  mutating func copy(_ words: [Int], like list: Int) throws(MiniFault) -> Int {
    let holdsHandles = heap.holdsHandles(list)
    let made = try heap.make(words, holdsHandles: holdsHandles)
    if holdsHandles { for word in words { heap.retain(word) } }
    return made
  }

  mutating func makeText(_ text: String) throws(MiniFault) -> Int {
    try heap.make(text.unicodeScalars.map { Int($0.value) }, holdsHandles: false)
  }
}

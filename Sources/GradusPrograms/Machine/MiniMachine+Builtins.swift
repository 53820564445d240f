// SPDX-License-Identifier: Apache-2.0

extension MiniMachine {
  /// The result of a built-in function whose first argument is of this type.
  mutating func builtin(
    _ function: MiniBuiltin, _ given: MiniArguments, _ type: MiniType
  ) throws(MiniFault) -> Int {
    let (x, y) = (given.first, given.second)
    switch function {
    case .len: return heap.count(x)
    case .abs:
      if type == .float { return bits(real(x).magnitude) }
      guard x != .min else { throw MiniFault(.overflow) }
      return Swift.abs(x)
    case .min: return type == .float ? (real(y) < real(x) ? y : x) : Swift.min(x, y)
    case .max: return type == .float ? (real(y) > real(x) ? y : x) : Swift.max(x, y)
    case .gcd: return try greatestDivisor(x, y)
    case .pow: return try power(x, y)
    case .sqrt: return bits(real(x).squareRoot())
    case .floor:
      guard let value = Int(exactly: real(x).rounded(.down)) else { throw MiniFault(.conversion("\(real(x))")) }
      return value
    case .float: return bits(Double(x))
    case .text:
      return try makeText(type == .float ? "\(real(x))" : type == .bool ? "\(x != 0)" : "\(x)")
    case .number:
      try heap.charge(heap.count(x))
      let text = heap.text(x)
      guard let value = Int(text) else { throw MiniFault(.conversion(MiniPrinter.quoted(String(text.prefix(40))))) }
      return value
    case .code:
      guard heap.count(x) == 1 else { throw MiniFault(.conversion("a text of \(heap.count(x)) characters")) }
      return heap.words(x)[0]
    case .char:
      guard let value = UInt32(exactly: x), Unicode.Scalar(value) != nil else { throw MiniFault(.conversion("\(x)")) }
      return try heap.make([x], holdsHandles: false)
    case .sum, .sums, .least, .greatest, .sort: return try numbers(function, x, type)
    case .take: return try part(x, 0, Swift.max(0, Swift.min(y, heap.count(x))))
    case .drop: return try part(x, Swift.max(0, Swift.min(y, heap.count(x))), heap.count(x))
    case .slice:
      let from = Swift.max(0, Swift.min(y, heap.count(x)))
      return try part(x, from, Swift.max(from, Swift.min(given.third, heap.count(x))))
    case .reverse:
      try heap.charge(heap.count(x))
      return try copy(heap.words(x).reversed(), like: x)
    case .append:
      try heap.charge(heap.count(x) + 1)
      return try copy(heap.words(x) + [y], like: x)
    case .range:
      let (count, isOver) = y.subtractingReportingOverflow(x)
      guard !isOver else { throw MiniFault(.cellLimit(limits.cells)) }
      try heap.check(Swift.max(0, count))
      try heap.charge(Swift.max(0, count))
      return try heap.make(x < y ? Array(x..<y) : [], holdsHandles: false)
    case .fill:
      let count = Swift.max(0, y)
      try heap.check(count)
      try heap.charge(count)
      let made = try heap.make([Int](repeating: x, count: count), holdsHandles: type.isHandle)
      if type.isHandle { for _ in 0..<count { heap.retain(x) } }
      return made
    case .unique: return try firsts(x, type.element ?? .int)
    case .contains, .find, .count: return try searched(function, x, y, type)
    case .repeat, .split, .chars, .join, .upper, .lower: return try texts(function, x, y)
    }
  }

  func real(_ word: Int) -> Double { Double(bitPattern: UInt64(UInt(bitPattern: word))) }
  func bits(_ value: Double) -> Int { Int(bitPattern: UInt(value.bitPattern)) }

  private func greatestDivisor(_ x: Int, _ y: Int) throws(MiniFault) -> Int {
    var (a, b) = (x.magnitude, y.magnitude)
    while b != 0 { (a, b) = (b, a % b) }
    guard let value = Int(exactly: a) else { throw MiniFault(.overflow) }
    return value
  }

  private func power(_ base: Int, _ exponent: Int) throws(MiniFault) -> Int {
    guard exponent >= 0 else { throw MiniFault(.negativePower) }
    var (result, factor, rest) = (1, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 {
        let (value, isOver) = result.multipliedReportingOverflow(by: factor)
        if isOver { throw MiniFault(.overflow) }
        result = value
      }
      rest >>= 1
      if rest == 0 { break }
      let (value, isOver) = factor.multipliedReportingOverflow(by: factor)
      if isOver { throw MiniFault(.overflow) }
      factor = value
    }
    return result
  }

  private mutating func part(_ list: Int, _ from: Int, _ to: Int) throws(MiniFault) -> Int {
    try heap.charge(to - from)
    return try copy(Array(heap.words(list)[from..<to]), like: list)
  }

  private mutating func numbers(_ function: MiniBuiltin, _ list: Int, _ type: MiniType) throws(MiniFault) -> Int {
    let words = heap.words(list)
    let isFloat = type.element == .float
    if function == .sort { return try sorted(list, type) }
    try heap.charge(words.count)
    if function == .least || function == .greatest {
      guard var best = words.first else { throw MiniFault(.emptyList) }
      for word in words.dropFirst() {
        let isLess = isFloat ? real(word) < real(best) : word < best
        let isMore = isFloat ? real(word) > real(best) : word > best
        if function == .least ? isLess : isMore { best = word }
      }
      return best
    }
    var sums: [Int] = []
    var total = 0
    for word in words {
      if isFloat {
        total = bits(real(total) + real(word))
      } else {
        let (value, isOver) = total.addingReportingOverflow(word)
        if isOver { throw MiniFault(.overflow) }
        total = value
      }
      if function == .sums { sums.append(total) }
    }
    return function == .sum ? total : try heap.make(sums, holdsHandles: false)
  }

  /// count·⌈log₂(count + 1)⌉ steps, and those of comparing texts. NaN comes last.
  private mutating func sorted(_ list: Int, _ type: MiniType) throws(MiniFault) -> Int {
    let words = heap.words(list)
    try heap.charge(words.count * (Int.bitWidth - words.count.leadingZeroBitCount))
    switch type.element {
    case .float:
      return try copy(words.sorted { real($0) < real($1) || real($1).isNaN && !real($0).isNaN }, like: list)
    case .string:
      var texts = words.map { (words: heap.words($0), handle: $0) }
      try heap.charge(texts.reduce(0) { $0 + $1.words.count })
      texts.sort { $0.words.lexicographicallyPrecedes($1.words) }
      return try copy(texts.map(\.handle), like: list)
    default: return try copy(words.sorted(), like: list)
    }
  }

  private mutating func firsts(_ list: Int, _ element: MiniType) throws(MiniFault) -> Int {
    let words = heap.words(list)
    try heap.charge(words.count)
    var kept: [Int] = []
    if element == .string {
      try heap.charge(words.reduce(0) { $0 + heap.count($1) })
      var seen: Set<[Int]> = []
      for word in words where seen.insert(heap.words(word)).inserted { kept.append(word) }
    } else {
      var seen: Set<Int> = []
      for word in words where seen.insert(word).inserted { kept.append(word) }
    }
    return try copy(kept, like: list)
  }

  private mutating func searched(
    _ function: MiniBuiltin, _ list: Int, _ part: Int, _ type: MiniType
  ) throws(MiniFault) -> Int {
    let places: [Int]
    if type == .string {
      places = try Self.occurrences(of: heap.words(part), in: heap.words(list), &heap, all: function == .count)
    } else {
      var found: [Int] = []
      for (k, word) in heap.words(list).enumerated() {
        try heap.charge(1)
        guard try heap.isSame(word, part, type.element ?? .int) else { continue }
        found.append(k)
        if function != .count { break }
      }
      places = found
    }
    return function == .contains ? (places.isEmpty ? 0 : 1) : function == .count ? places.count : places.first ?? -1
  }

  /// Where a word begins in a text, from the left, none inside another. The empty word begins everywhere. A step for each character that
  /// is looked at.
  static func occurrences(
    of word: [Int], in text: [Int], _ heap: inout MiniHeap, all: Bool
  ) throws(MiniFault) -> [Int] {
    var found: [Int] = []
    var k = 0
    while k + word.count <= text.count {
      var same = 0
      while same < word.count, text[k + same] == word[same] { same += 1 }
      try heap.charge(1 + same)
      if same == word.count {
        found.append(k)
        if !all { break }
        k += max(1, word.count)
      } else {
        k += 1
      }
    }
    return found
  }

  private mutating func texts(_ function: MiniBuiltin, _ x: Int, _ y: Int) throws(MiniFault) -> Int {
    let text = heap.words(x)
    switch function {
    case .upper, .lower:
      try heap.charge(text.count)
      let (from, to, change) = function == .upper ? (97, 122, -32) : (65, 90, 32)
      return try heap.make(text.map { $0 >= from && $0 <= to ? $0 + change : $0 }, holdsHandles: false)
    case .repeat:
      let (count, isOver) = text.count.multipliedReportingOverflow(by: max(0, y))
      try heap.check(isOver ? .max : count)
      try heap.charge(count)
      return try heap.make(
        text.isEmpty ? [] : Array(repeatElement(text, count: max(0, y)).joined()), holdsHandles: false)
    case .chars:
      try heap.charge(text.count)
      return try list(of: text.map { [$0] })
    case .split:
      let separator = heap.words(y)
      guard !separator.isEmpty else { throw MiniFault(.conversion("the separator \"\"")) }
      let places = try Self.occurrences(of: separator, in: text, &heap, all: true)
      var parts: [[Int]] = []
      var start = 0
      for place in places + [text.count] {
        parts.append(Array(text[start..<place]))
        start = place + separator.count
      }
      return try list(of: parts)
    default:
      let separator = heap.words(y)
      var count = max(0, text.count - 1) * separator.count
      for handle in text { count += heap.count(handle) }
      try heap.check(count)
      try heap.charge(count)
      return try heap.make(Array(text.map { heap.words($0) }.joined(separator: separator)), holdsHandles: false)
    }
  }

  private mutating func list(of texts: [[Int]]) throws(MiniFault) -> Int {
    var handles: [Int] = []
    for text in texts { handles.append(try heap.make(text, holdsHandles: false)) }
    return try heap.make(handles, holdsHandles: true)
  }
}

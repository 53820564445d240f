// SPDX-License-Identifier: Apache-2.0

/// A name table that also answers where a name stands: open addressing over the bytes of the names.
///
/// A slot holds 64 bits that identify the name: the bytes themselves up to eight of them (no second look is needed), a
/// mixed digest beyond. Cost of a look-up: one hash, about one cache line. Names hold no zero byte.
package struct NameIndex: Sendable {
  @usableFromInline
  struct Slot: Sendable {
    @usableFromInline var key: UInt64
    @usableFromInline var count: UInt32
    @usableFromInline var position: Int32
    @usableFromInline
    init(key: UInt64, count: UInt32, position: Int32) {
      self.key = key
      self.count = count
      self.position = position
    }
  }

  package private(set) var names: NameTable
  @usableFromInline private(set) var slots: [Slot]
  @usableFromInline private(set) var mask: Int

  package init() { self.init(NameTable()) }

  /// Indexes `table`; a repeated name keeps its first position.
  package init(_ table: NameTable) {
    names = table
    var size = 16
    while size < 2 * table.count + 2 { size *= 2 }
    slots = [Slot](repeating: Slot(key: 0, count: 0, position: -1), count: size)
    mask = size - 1
    refill()
  }

  package var count: Int { names.count }

  /// The position of the first entry called `name`; nil when there is none.
  package func position(of name: String) -> Int? {
    var copy = name
    return copy.withUTF8 { position(of: $0) }
  }

  /// The position of the first entry whose UTF-8 is `name`; nil when there is none.
  @inlinable
  package func position(of name: UnsafeBufferPointer<UInt8>) -> Int? {
    let key = NameIndex.key(name)
    let found = slots[probe(name, key)].position
    return found < 0 ? nil : Int(found)
  }

  /// Appends `name`; nil, and nothing changes, when it is there already.
  @inlinable
  package mutating func insert(_ name: UnsafeBufferPointer<UInt8>) -> Int? {
    let key = NameIndex.key(name)
    let place = probe(name, key)
    guard slots[place].position < 0 else { return nil }
    return add(name, key, at: place)
  }

  package mutating func insert(_ name: String) -> Int? {
    var copy = name
    return copy.withUTF8 { insert($0) }
  }

  @usableFromInline
  mutating func add(_ name: UnsafeBufferPointer<UInt8>, _ key: UInt64, at place: Int) -> Int {
    let position = names.count
    names.append(utf8: name)
    slots[place] = Slot(key: key, count: UInt32(name.count), position: Int32(position))
    if 2 * names.count > slots.count { grow() }
    return position
  }

  private mutating func grow() {
    slots = [Slot](repeating: Slot(key: 0, count: 0, position: -1), count: 2 * slots.count)
    mask = slots.count - 1
    refill()
  }

  private mutating func refill() {
    names.bytes.withUnsafeBufferPointer { bytes in
      for i in names.indices {
        let name = UnsafeBufferPointer(rebasing: bytes[names.range(of: i)])
        let key = NameIndex.key(name)
        let place = probe(name, key)
        if slots[place].position < 0 {
          slots[place] = Slot(key: key, count: UInt32(name.count), position: Int32(i))
        }
      }
    }
  }

  /// The slot of `name`, or the free slot where it belongs.
  @inlinable
  func probe(_ name: UnsafeBufferPointer<UInt8>, _ key: UInt64) -> Int {
    var place = Int(truncatingIfNeeded: NameIndex.mix(key ^ UInt64(truncatingIfNeeded: name.count))) & mask
    while true {
      let slot = slots[place]
      if slot.position < 0 { return place }
      if slot.key == key && slot.count == UInt32(truncatingIfNeeded: name.count)
        && (name.count <= 8 || isEqual(name, Int(slot.position)))
      {
        return place
      }
      place = (place &+ 1) & mask
    }
  }

  @usableFromInline
  func isEqual(_ name: UnsafeBufferPointer<UInt8>, _ i: Int) -> Bool {
    names.bytes.withUnsafeBufferPointer { bytes in
      UnsafeBufferPointer(rebasing: bytes[names.range(of: i)]).elementsEqual(name)
    }
  }

  /// Up to eight bytes as they are, more of them mixed block by block.
  @inlinable
  static func key(_ name: UnsafeBufferPointer<UInt8>) -> UInt64 {
    let count = name.count
    if count <= 8 { return tail(name, 0) }
    var digest: UInt64 = 0x9E37_79B9_7F4A_7C15
    let raw = UnsafeRawBufferPointer(name)
    var i = 0
    while i &+ 8 <= count {
      digest = mix(digest ^ raw.loadUnaligned(fromByteOffset: i, as: UInt64.self))
      i &+= 8
    }
    return i < count ? mix(digest ^ tail(name, i)) : digest
  }

  @inlinable
  static func tail(_ name: UnsafeBufferPointer<UInt8>, _ first: Int) -> UInt64 {
    var word: UInt64 = 0
    var i = first
    while i < name.count {
      word = word << 8 | UInt64(name[i])
      i &+= 1
    }
    return word
  }

  /// The high and low halves of a product, folded: every input bit reaches the low bits.
  @inlinable
  static func mix(_ word: UInt64) -> UInt64 {
    let product = (word ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
    return product.high ^ product.low
  }
}

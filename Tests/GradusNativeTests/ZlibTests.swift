// SPDX-License-Identifier: Apache-2.0
import GradusNative
import Testing

@Suite struct ZlibTests {
  private let zlib: Zlib
  private let text = Array((0..<60_000).map { "row\($0 % 977) \($0 * 7919 % 10_007)\n" }.joined().utf8)

  init() throws { zlib = try Zlib() }

  @Test func whatIsCompressedComesBack() throws {
    for level in [0, 1, 6, 9] {
      let packed = try zlib.deflated(text, level: level)
      #expect(Zlib.isGzip(packed))
      #expect(try zlib.inflated(packed, limit: text.count) == text)
    }
    #expect(try zlib.inflated(zlib.deflated([]), limit: 0) == [])
  }

  /// The bytes that GNU gzip writes for "hello\n" without name and time.
  @Test func gzipsOwnFileIsRead() throws {
    let file: [UInt8] = [
      0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0xe7, 2, 0, 0x20, 0x30, 0x3a, 0x36, 6, 0, 0, 0,
    ]
    #expect(String(decoding: try zlib.inflated(file, limit: 100), as: UTF8.self) == "hello\n")
  }

  @Test func membersAreJoinedAndPaddingIsIgnored() throws {
    let packed = try zlib.deflated(Array("one ".utf8)) + zlib.deflated(Array("two".utf8)) + [0, 0, 0]
    #expect(String(decoding: try zlib.inflated(packed, limit: 100), as: UTF8.self) == "one two")
  }

  @Test func piecesOfAnySizeGiveTheSameResult() throws {
    let packed = try zlib.deflated(text) + zlib.deflated(text)
    for size in [1, 2, 7, 4096] {
      let inflater = try #require(GzipInflater(zlib, limit: .max))
      var output: [UInt8] = []
      for start in stride(from: 0, to: packed.count, by: size) {
        try packed[start..<min(start + size, packed.count)].withUnsafeBytes { piece in
          try inflater.consume(piece) { output.append(contentsOf: $0) }
        }
      }
      try inflater.finish()
      #expect(output == text + text)
    }
  }

  @Test func everyTruncationIsAnError() throws {
    let packed = try zlib.deflated(Array("a small text, a small text".utf8))
    for count in 0..<packed.count {
      #expect(throws: ZlibError.truncated(offset: count)) { try zlib.inflated(Array(packed[..<count]), limit: 1000) }
    }
  }

  @Test func everyFlippedByteIsAnErrorOrHarmless() throws {
    let original = Array("a small text, a small text".utf8)
    let packed = try zlib.deflated(original)
    var refused = 0
    for i in packed.indices {
      var damaged = packed
      damaged[i] ^= 0x55
      do {
        // Time, flags for speed and the system's number in the header change nothing.
        #expect(try zlib.inflated(damaged, limit: 1000) == original)
        #expect(4..<10 ~= i)
      } catch { refused += 1 }
    }
    #expect(refused >= packed.count - 6)
  }

  @Test func outputIsLimited() throws {
    let bomb = try zlib.deflated([UInt8](repeating: 0, count: 10_000_000), level: 9)
    #expect(throws: ZlibError.tooLarge(limit: 1_000_000)) { try zlib.inflated(bomb, limit: 1_000_000) }
  }

  @Test func textThatIsNotGzipIsRefusedWithAPlace() {
    #expect(throws: ZlibError.corrupt("incorrect header check", offset: 2)) {
      try zlib.inflated(Array("NAME test".utf8), limit: 1000)
    }
  }

  @Test func garbageAfterTheLastMemberIsRefused() throws {
    let packed = try zlib.deflated(text)
    #expect(throws: ZlibError.self) { try zlib.inflated(packed + Array("tail".utf8), limit: .max) }
  }

  @Test func aMissingLibraryIsNamedWithItsRemedy() {
    let missing = NativeComponent(
      name: "zlib", libraries: ["libgradus-absent.so"], purpose: "gzip-compressed files", without: "", licence: "",
      install: "apt-get install zlib1g")
    #expect(throws: MissingComponent.self) { try missing.open(LibrarySearch()) }
    #expect(
      missing.missing(because: "not found").description
        == "zlib is needed for gzip-compressed files, but was not found. Install it with "
        + "'apt-get install zlib1g', or name its folder in GRADUS_LIBRARY_PATH.")
  }
}

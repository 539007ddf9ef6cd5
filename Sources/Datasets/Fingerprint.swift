/// 64-bit FNV-1a, a word at a time (Fowler, Noll and Vo; RFC 9923): against mistakes, not against forgery.
struct Fingerprint {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func mix(_ word: UInt32) { value = (value ^ UInt64(word)) &* 0x100_0000_01B3 }
}

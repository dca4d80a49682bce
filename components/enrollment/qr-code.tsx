'use client'
/**
 * The offer as a QR code: black on white also in dark mode, with the quiet zone of four modules that ISO/IEC 18004 asks for. Drawn in the
 * browser from text that came in an uncached answer; there is no image with an address that could be kept or leak (F-B15).
 */
import { QRCodeSVG } from 'qrcode.react'

export function QrCode({ value, label }: { value: string; label: string }) {
  return (
    <div className="w-full min-w-[300px] max-w-[344px] rounded-lg border bg-white">
      <QRCodeSVG
        value={value}
        title={label}
        size={344}
        marginSize={4}
        level="M"
        bgColor="#ffffff"
        fgColor="#000000"
        className="block h-auto w-full rounded-lg"
      />
    </div>
  )
}

"use client";
import { useEffect } from "react";
import { use } from "../use.js";

export default function Client() {
  useEffect(() => {
    use();
  }, []);
  return null;
}
